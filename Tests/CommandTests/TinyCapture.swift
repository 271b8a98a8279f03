import NetworkTypes

/// A classic capture of Ethernet frames, built packet by packet; one millisecond from packet to packet.
struct TinyCapture {
  private(set) var bytes: [UInt8] = []
  private var milliseconds: UInt32 = 0

  init() {
    // Microseconds, little-endian, version 2.4, snapshot length 65,535, Ethernet.
    add(0xa1b2_c3d4)
    bytes += [2, 0, 4, 0]
    add(0)
    add(0)
    add(65_535)
    add(1)
  }

  private mutating func add(_ word: UInt32) {
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift)))
    }
  }

  mutating func addFrame(_ frame: [UInt8]) {
    add(1_772_366_400)
    add(milliseconds * 1_000)
    milliseconds += 1
    add(UInt32(frame.count))
    add(UInt32(frame.count))
    bytes += frame
  }

  enum Flags: UInt8 {
    case syn = 0x02
    case synAck = 0x12
    case reset = 0x14
    case ack = 0x10
  }

  /// One TCP packet over IPv4 without payload; ends are `10.0.0.1:80`.
  mutating func addTCP(_ source: String, _ destination: String, _ flags: Flags) {
    let (sourceAddress, sourcePort) = Self.end(source)
    let (destinationAddress, destinationPort) = Self.end(destination)
    var tcp: [UInt8] = Self.bytes(sourcePort) + Self.bytes(destinationPort)
    tcp += [
      0, 0, 0, 1, 0, 0, 0, flags == .syn ? 0 : 1, 0x50, flags.rawValue, 0xff, 0xff, 0, 0, 0, 0,
    ]
    let total = UInt16(20 + tcp.count)
    let ip: [UInt8] =
      [0x45, 0] + Self.bytes(total) + [0, 0, 0x40, 0, 64, 6, 0, 0] + sourceAddress
      + destinationAddress
    addFrame(Array(repeating: 2, count: 12) + [0x08, 0x00] + ip + tcp)
  }

  /// A handshake that completes.
  mutating func addConnection(_ client: String, _ server: String) {
    addTCP(client, server, .syn)
    addTCP(server, client, .synAck)
    addTCP(client, server, .ack)
  }

  private static func end(_ text: String) -> (address: [UInt8], port: UInt16) {
    let parts = text.split(separator: ":")
    let address = parts[0].split(separator: ".").map { UInt8($0) ?? 0 }
    return (address, UInt16(parts[1]) ?? 0)
  }

  private static func bytes(_ number: UInt16) -> [UInt8] {
    [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
  }

  /// One flow of each sort over the fixtures' cluster.
  static let sample: TinyCapture = {
    var capture = TinyCapture()
    // Allowed and established.
    capture.addConnection("10.0.0.1:40001", "10.0.0.2:8080")
    // Denied on both sides, but established.
    capture.addConnection("10.0.0.1:40002", "10.0.0.3:3306")
    // Denied and unanswered, with a retransmission.
    capture.addTCP("10.0.1.1:40003", "10.0.0.3:3306", .syn)
    capture.addTCP("10.0.1.1:40003", "10.0.0.3:3306", .syn)
    // Through the Service, before translation only: allowed at its one endpoint, and unanswered.
    capture.addTCP("10.0.0.2:40004", "10.96.0.1:3306", .syn)
    // Refused.
    capture.addTCP("10.0.0.2:40005", "10.0.0.1:9999", .syn)
    capture.addTCP("10.0.0.1:9999", "10.0.0.2:40005", .reset)
    // The Service's address with a port it does not have: undecided.
    capture.addTCP("10.0.0.2:40006", "10.96.0.1:99", .syn)
    // From the database's own node, and outside of the cluster.
    capture.addConnection("192.168.0.2:40007", "10.0.0.3:22")
    capture.addConnection("8.8.8.8:40008", "1.1.1.1:443")
    // Not IP.
    capture.addFrame(
      Array(repeating: 0xff, count: 12) + [0x08, 0x06] + Array(repeating: 0, count: 46))
    return capture
  }()
}
