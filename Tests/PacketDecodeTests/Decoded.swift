import NetworkTypes
import PacketDecode
import TestSupport

/// What the decoder says of a packet, as text that a test can state: `TCP 10.0.0.1:1 -> 10.0.0.2:2`, or the kind.
struct Decoded: CustomStringConvertible {
  var entries: [DecodedPacket]

  init(_ bytes: [UInt8], _ linkType: LinkType, options: PacketDecoder.Options = .init()) {
    // Left-over contents must not show: entries start with a pattern.
    var pattern = DecodedPacket()
    pattern.sourceHigh = 0x5555
    pattern.tcpFlags = 0xff
    pattern.tunnelDepth = 77
    var room = [pattern, pattern]
    let decoder = PacketDecoder(options: options)
    // An allocation of exactly the packet's size, so that a read beyond it can be caught by the address sanitizer.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { unsafe copy.deallocate() }
    unsafe copy.copyBytes(from: bytes)
    let count = unsafe room.withUnsafeMutableBufferPointer { room in
      let start = unsafe UnsafeRawPointer(
        copy.baseAddress ?? UnsafeMutableRawPointer(room.baseAddress!))
      let entry = room.baseAddress!
      if linkType == .ethernet,
        unsafe decoder.decodePlainEthernet(start, capturedLength: bytes.count, into: entry)
      {
        return 1
      }
      return unsafe decoder.decode(
        start, capturedLength: bytes.count, linkType: linkType, into: entry)
    }
    entries = Array(room.prefix(count))
  }

  init(_ frame: Bytes, _ linkType: LinkType = .ethernet, options: PacketDecoder.Options = .init()) {
    self.init(frame.array, linkType, options: options)
  }

  var kind: PacketKind { entries[0].kind }

  var description: String {
    entries.map { entry in
      switch entry.kind {
      case .flow: entry.tuple.description
      case .firstFragment, .laterFragment, .fragmentIdentity, .icmpError, .quotedPacket,
        .icmpErrorWithoutQuote:
        "\(entry.kind.name) \(entry.tuple)"
      default: entry.kind.name
      }
    }.joined(separator: ", ")
  }
}

/// The packets that most tests wrap.
enum Sample {
  static let tcp = Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(40_000, 80, flags: 0x02))
  static let tcpText = "TCP 10.0.0.1:40000 -> 10.0.0.2:80"
  static let six: [UInt16] = [0xfd00, 0, 0, 0, 0, 0, 0, 1]
  static let otherSix: [UInt16] = [0xfd00, 0, 0, 0, 0, 0, 0, 2]
  static let udp6 = Frame.ipv6(six, otherSix, Frame.udp(40_000, 53))
  static let udp6Text = "UDP [fd00::1]:40000 -> [fd00::2]:53"
}
