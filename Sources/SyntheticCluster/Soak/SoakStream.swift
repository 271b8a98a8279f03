/// The packets of a ``SoakTraffic`` as a classic capture (microseconds, little-endian, link type Ethernet), piece by piece.
public struct SoakStream: Sendable {
  private let traffic: SoakTraffic
  /// Bytes of a piece, about.
  private static let pieceByteCount = 1 << 20
  private static let payload = [UInt8](repeating: 0x55, count: SoakTraffic.largestFrame)

  private var bytes: [UInt8] = []
  /// The first flow of the wave, the round of packets, and the next flow in it.
  private var wave = 0
  private var round = 0
  private var next = 0
  private var packetCount: UInt64 = 0
  /// Frame bytes so far.
  public private(set) var frameByteCount: UInt64 = 0
  /// Bytes of the capture so far.
  public private(set) var byteCount: UInt64 = 0

  public init(_ traffic: SoakTraffic) {
    self.traffic = traffic
    bytes.reserveCapacity(Self.pieceByteCount + 4096)
    for word: UInt32 in [0xa1b2_c3d4, 4 << 16 | 2, 0, 0, 65_535, 1] {
      bytes.appendLittleEndian(word)
    }
  }

  /// The next bytes; `nil` at the end.
  public mutating func makePiece() -> [UInt8]? {
    while bytes.count < Self.pieceByteCount, wave < traffic.flowCount {
      appendPacket(flow: wave + next)
      next += 1
      if next == min(traffic.waveCount, traffic.flowCount - wave) {
        next = 0
        round += 1
      }
      if round == traffic.packetsPerFlow {
        round = 0
        wave += traffic.waveCount
      }
    }
    if bytes.isEmpty { return nil }
    defer { bytes.removeAll(keepingCapacity: true) }
    byteCount += UInt64(bytes.count)
    return bytes
  }

  private mutating func appendPacket(flow: Int) {
    let last = traffic.packetsPerFlow - 1
    let isUDP = traffic.isUDP(flow)
    let isReply: Bool
    let flags: UInt16
    var size = SoakTraffic.plainFrame
    switch round {
    case 0: (isReply, flags) = (false, 0x02)
    case 1: (isReply, flags) = (true, 0x12)
    case last - 1: (isReply, flags) = (false, 0x11)
    case last: (isReply, flags) = (true, 0x11)
    default:
      (isReply, flags) = (round % 2 == 1, 0x10)
      size = traffic.dataFrame(ofFlow: flow)
    }
    // A microsecond apart, from 2026-04-01 on.
    bytes.appendLittleEndian(UInt32(1_775_001_600 + packetCount / 1_000_000))
    bytes.appendLittleEndian(UInt32(packetCount % 1_000_000))
    bytes.appendLittleEndian(UInt32(size))
    bytes.appendLittleEndian(UInt32(size))
    packetCount += 1
    frameByteCount += UInt64(size)
    let start = bytes.count
    bytes += [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00, 0x45, 0]
    bytes.appendBigEndian(UInt16(size - 14))
    bytes += [0, 0, 0x40, 0, 63, isUDP ? 17 : 6, 0, 0]
    let ends = traffic.ends(ofFlow: flow)
    let ports = traffic.ports(ofFlow: flow)
    bytes.appendBigEndian(SoakTraffic.address(ofPod: isReply ? ends.server : ends.client))
    bytes.appendBigEndian(SoakTraffic.address(ofPod: isReply ? ends.client : ends.server))
    bytes.appendBigEndian(isReply ? ports.server : ports.client)
    bytes.appendBigEndian(isReply ? ports.client : ports.server)
    if isUDP {
      bytes.appendBigEndian(UInt16(size - 34))
      bytes.appendBigEndian(UInt16(0))
    } else {
      bytes.appendBigEndian(UInt32(truncatingIfNeeded: flow))
      bytes.appendBigEndian(UInt32(0))
      bytes.appendBigEndian(0x5000 | flags)
      bytes.appendBigEndian(UInt16(0x2000))
      bytes.appendBigEndian(UInt32(0))
    }
    bytes.append(contentsOf: Self.payload[..<(size - (bytes.count - start))])
  }
}
