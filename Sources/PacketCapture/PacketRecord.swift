/// One captured packet, in its reader's buffer.
///
/// 32 bytes, no reference counting: readers fill batches of these.
@unsafe
@frozen
public struct PacketRecord: BitwiseCopyable {
  /// The first captured byte. Valid until the reader's next call of `read`.
  public var bytes: UnsafeRawPointer
  /// Nanoseconds since 1970-01-01T00:00:00Z, one of ``times``; ``unknownTime`` where the capture does not say it.
  public var timestampNanoseconds: Int64
  /// Bytes at ``bytes``.
  public var capturedLength: UInt32
  /// Bytes of the frame on the wire; more than ``capturedLength`` where the snapshot length cut it.
  public var originalLength: UInt32
  /// Index in the reader's ``CaptureReader/interfaces``.
  public var interface: UInt32
  /// Bytes of pcapng options behind the packet's padding, see ``options``; 0 in other formats.
  ///
  /// The highest bit is set if they are not in this machine's byte order.
  public var optionByteCount: UInt32

  /// The time of packets that have none: before all others.
  @inlinable public static var unknownTime: Int64 { .min + 1 }

  /// The times that a packet may have. There is one before and one after each, so that nothing that adds to it overflows at
  /// once, and every packet comes before the end of all times.
  @inlinable public static var times: ClosedRange<Int64> { .min + 2 ... .max - 1 }

  /// ``interface`` in the lower half and ``optionByteCount`` in the upper, to look at both at once.
  @inlinable @inline(__always)
  public var interfaceAndOptions: UInt64 {
    unsafe UInt64(interface) | UInt64(optionByteCount) << 32
  }

  @inlinable
  public init(
    bytes: UnsafeRawPointer, timestampNanoseconds: Int64, capturedLength: UInt32,
    originalLength: UInt32, interface: UInt32, optionByteCount: UInt32 = 0
  ) {
    unsafe self.bytes = bytes
    unsafe self.timestampNanoseconds = timestampNanoseconds
    unsafe self.capturedLength = capturedLength
    unsafe self.originalLength = originalLength
    unsafe self.interface = interface
    unsafe self.optionByteCount = optionByteCount
  }
}
