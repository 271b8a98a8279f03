import ClusterModel
import NetworkTypes
import SyntheticCluster

/// Writes Ethernet frames of made-up flows as a capture (microseconds, little-endian, link type Ethernet).
struct FrameWriter {
  enum Format {
    case pcap
    case pcapng
  }

  /// Finished bytes; the caller takes them away.
  var bytes: [UInt8] = []
  private var identification: UInt16 = 0
  private let payload: [UInt8]
  private let format: Format

  init(payload: [UInt8], format: Format) {
    self.payload = payload
    self.format = format
  }

  /// What stands before the first frame.
  mutating func writeFileHeader() {
    if format == .pcapng {
      // Section header without options, its length not stated; then one interface.
      for value in [0x0a0d_0d0a, 28, 0x1a2b_3c4d, 1, .max, .max, 28] as [UInt32] {
        bytes.appendLittleEndian(value)
      }
      for value in [1, 20, 1, 65535, 20] as [UInt32] { bytes.appendLittleEndian(value) }
      return
    }
    bytes.appendLittleEndian(0xa1b2_c3d4)
    bytes.appendLittleEndian(4 << 16 | 2)
    bytes.appendLittleEndian(0)
    bytes.appendLittleEndian(0)
    bytes.appendLittleEndian(65535)
    bytes.appendLittleEndian(1)
  }

  /// One frame of a flow with its record header.
  ///
  /// - Parameters:
  ///   - size: bytes of the frame; grows to what the headers take.
  ///   - payloadStart: where in the payload bytes the frame's payload starts.
  mutating func writeFrame(
    _ flow: Connection, clientPort: UInt16, isReply: Bool, isSYN: Bool, sequence: UInt32,
    size: Int, payloadStart: Int, microseconds: Int
  ) {
    let isTCP = flow.ipProtocol == .tcp
    let networkSize = flow.source.family == .ipv4 ? 20 : 40
    let headerSize = 14 + networkSize + (isTCP ? 20 : 8)
    let size = max(size, headerSize)
    let paddingSize = (4 - size % 4) % 4
    let blockSize = UInt32(32 + size + paddingSize)
    switch format {
    case .pcap:
      bytes.appendLittleEndian(UInt32(microseconds / 1_000_000))
      bytes.appendLittleEndian(UInt32(microseconds % 1_000_000))
    case .pcapng:
      // An enhanced packet block of the first interface.
      for value in [6, blockSize, 0] as [UInt32] { bytes.appendLittleEndian(value) }
      bytes.appendLittleEndian(UInt32(microseconds >> 32))
      bytes.appendLittleEndian(UInt32(truncatingIfNeeded: microseconds))
    }
    bytes.appendLittleEndian(UInt32(size))
    bytes.appendLittleEndian(UInt32(size))
    bytes += [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
    // A frame of 60 bytes has padding behind a TCP segment without payload.
    let networkLength = size == 60 && isTCP ? networkSize + 20 : size - 14
    let source = isReply ? flow.destination : flow.source
    let destination = isReply ? flow.source : flow.destination
    if flow.source.family == .ipv4 {
      writeIPv4(source, destination, flow.ipProtocol, length: networkLength)
    } else {
      writeIPv6(source, destination, flow.ipProtocol, length: networkLength - networkSize)
    }
    bytes.appendBigEndian(isReply ? flow.destinationPort : clientPort)
    bytes.appendBigEndian(isReply ? clientPort : flow.destinationPort)
    if isTCP {
      bytes.appendBigEndian(sequence)
      bytes.appendBigEndian(UInt32(0))
      bytes.appendBigEndian(UInt16(isSYN ? 0x5002 : 0x5010))
      bytes.appendBigEndian(UInt16(0x2000))
      bytes.appendBigEndian(UInt32(0))
    } else {
      bytes.appendBigEndian(UInt16(networkLength - networkSize))
      bytes.appendBigEndian(UInt16(0))
    }
    bytes += payload[payloadStart..<payloadStart + size - headerSize]
    if format == .pcapng {
      for _ in 0..<paddingSize { bytes.append(0) }
      bytes.appendLittleEndian(blockSize)
    }
  }

  private mutating func writeIPv4(
    _ source: IPAddress, _ destination: IPAddress, _ ipProtocol: IPProtocol, length: Int
  ) {
    identification &+= 1
    bytes.appendBigEndian(UInt16(0x0800))
    let start = bytes.count
    bytes.appendBigEndian(UInt16(0x4500))
    bytes.appendBigEndian(UInt16(length))
    bytes.appendBigEndian(identification)
    bytes.appendBigEndian(UInt16(0x4000))
    bytes.appendBigEndian(UInt16(63) << 8 | UInt16(ipProtocol.rawValue))
    bytes.appendBigEndian(UInt16(0))
    bytes.appendBigEndian(UInt32(truncatingIfNeeded: source.low))
    bytes.appendBigEndian(UInt32(truncatingIfNeeded: destination.low))
    var sum: UInt32 = 0
    for index in stride(from: start, to: start + 20, by: 2) {
      sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
    }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    bytes[start + 10] = UInt8(truncatingIfNeeded: ~sum >> 8)
    bytes[start + 11] = UInt8(truncatingIfNeeded: ~sum)
  }

  private mutating func writeIPv6(
    _ source: IPAddress, _ destination: IPAddress, _ ipProtocol: IPProtocol, length: Int
  ) {
    bytes.appendBigEndian(UInt16(0x86dd))
    bytes.appendBigEndian(UInt32(0x6000_0000))
    bytes.appendBigEndian(UInt16(length))
    bytes.appendBigEndian(UInt16(ipProtocol.rawValue) << 8 | 63)
    for half in [source.high, source.low, destination.high, destination.low] {
      bytes.appendBigEndian(UInt32(truncatingIfNeeded: half >> 32))
      bytes.appendBigEndian(UInt32(truncatingIfNeeded: half))
    }
  }
}
