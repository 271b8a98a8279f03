/// Capture files for tests.
public enum CaptureFile {
  /// One packet of a file.
  public struct Packet: Sendable {
    public var bytes: [UInt8]
    /// Nanoseconds since 1970.
    public var time: UInt64
    /// Length on the wire; by default that of ``bytes``.
    public var originalLength: Int?
    public var interface: UInt32

    public init(
      _ bytes: Bytes, time: UInt64 = 1_700_000_000_000_000_000, originalLength: Int? = nil,
      interface: UInt32 = 0
    ) {
      self.bytes = bytes.array
      self.time = time
      self.originalLength = originalLength
      self.interface = interface
    }
  }

  /// A classic capture.
  public struct Classic: Sendable {
    public var isBig = false
    public var isNanosecond = false
    public var isModified = false
    public var version: (UInt16, UInt16) = (2, 4)
    public var snapshotLength: UInt32 = 262_144
    public var linkType: UInt32 = 1

    public init() {}

    public var header: Bytes {
      let magic: UInt32 = isModified ? 0xa1b2_cd34 : isNanosecond ? 0xa1b2_3c4d : 0xa1b2_c3d4
      return .word32(magic, isBig: isBig) + .word16(version.0, isBig: isBig)
        + .word16(version.1, isBig: isBig) + .zeros(8) + .word32(snapshotLength, isBig: isBig)
        + .word32(linkType, isBig: isBig)
    }

    public func record(_ packet: Packet) -> Bytes {
      let captured = UInt32(packet.bytes.count)
      let original = UInt32(packet.originalLength ?? packet.bytes.count)
      let lengths = version.1 < 3 ? (original, captured) : (captured, original)
      let fraction = packet.time % 1_000_000_000
      return .word32(UInt32(packet.time / 1_000_000_000), isBig: isBig)
        + .word32(UInt32(isNanosecond ? fraction : fraction / 1_000), isBig: isBig)
        + .word32(lengths.0, isBig: isBig) + .word32(lengths.1, isBig: isBig)
        + (isModified ? .zeros(8) : []) + Bytes(packet.bytes)
    }

    public func file(_ packets: [Packet]) -> [UInt8] {
      packets.reduce(header) { $0 + record($1) }.array
    }
  }

  /// Blocks of a pcapng capture.
  public struct Pcapng: Sendable {
    public var isBig = false

    public init(isBig: Bool = false) { self.isBig = isBig }

    public func block(_ type: UInt32, _ body: Bytes) -> Bytes {
      let padded = body + .zeros((4 - body.array.count % 4) % 4)
      let length = Bytes.word32(UInt32(padded.array.count + 12), isBig: isBig)
      return .word32(type, isBig: isBig) + length + padded + length
    }

    public func option(_ code: UInt16, _ value: Bytes) -> Bytes {
      .word16(code, isBig: isBig) + .word16(UInt16(value.array.count), isBig: isBig) + value
        + .zeros((4 - value.array.count % 4) % 4)
    }

    public func option(_ code: UInt16, _ text: String) -> Bytes {
      option(code, Bytes(Array(text.utf8)))
    }

    public func section(options: Bytes = []) -> Bytes {
      block(
        0x0a0d_0d0a,
        .word32(0x1a2b_3c4d, isBig: isBig) + .word16(1, isBig: isBig) + .word16(0, isBig: isBig)
          + .word64(.max, isBig: isBig) + options)
    }

    public func interface(
      linkType: UInt16 = 1, snapshotLength: UInt32 = 0, options: Bytes = []
    ) -> Bytes {
      block(
        1,
        .word16(linkType, isBig: isBig) + .zeros(2) + .word32(snapshotLength, isBig: isBig)
          + options)
    }

    /// An enhanced packet block; `units` is the time as the interface counts it, by default microseconds.
    public func packet(_ packet: Packet, units: UInt64? = nil, options: Bytes = []) -> Bytes {
      let units = units ?? packet.time / 1_000
      let padding = Bytes.zeros((4 - packet.bytes.count % 4) % 4)
      return block(
        6,
        .word32(packet.interface, isBig: isBig) + .word32(UInt32(units >> 32), isBig: isBig)
          + .word32(UInt32(truncatingIfNeeded: units), isBig: isBig)
          + .word32(UInt32(packet.bytes.count), isBig: isBig)
          + .word32(UInt32(packet.originalLength ?? packet.bytes.count), isBig: isBig)
          + Bytes(packet.bytes) + padding + options)
    }
  }
}
