import TestSupport

/// A capture of frames of any protocol, one second from packet to packet unless a time is given.
struct FrameCapture {
  /// Second 0.
  static let start: UInt64 = 1_772_366_400_000_000_000
  private(set) var packets: [CaptureFile.Packet] = []
  private var second = 0.0

  /// Seconds since ``start`` of the next packet.
  mutating func wait(until second: Double) { self.second = second }

  mutating func add(_ payload: Frame.Payload) {
    packets.append(
      CaptureFile.Packet(
        Frame.ethernet(payload), time: Self.start + UInt64(second * 1_000) * 1_000_000))
    second += 1
  }

  /// A request and an answer of TCP over IPv4: a handshake's first two packets.
  mutating func addConnection(
    _ client: String, _ server: String, port: UInt16, from clientPort: UInt16 = 40_000
  ) {
    add(Frame.ipv4(client, server, Frame.tcp(clientPort, port, flags: 0x02)))
    second -= 0.999
    add(Frame.ipv4(server, client, Frame.tcp(port, clientPort, flags: 0x12)))
    second -= 0.001
  }

  /// An echo request over IPv4.
  mutating func addPing(_ source: String, _ destination: String) {
    add(Frame.ipv4(source, destination, Frame.icmp(type: 8)))
  }

  var classic: [UInt8] { CaptureFile.Classic().file(packets) }
}
