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
        Frame.ethernet(payload), time: Self.start + UInt64((second * 1_000).rounded()) * 1_000_000))
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

  /// The same over IPv6; ends are written as groups of 16 bits.
  mutating func addConnection(
    _ client: [UInt16], _ server: [UInt16], port: UInt16, from clientPort: UInt16 = 40_000
  ) {
    add(Frame.ipv6(client, server, Frame.tcp(clientPort, port, flags: 0x02)))
    second -= 0.999
    add(Frame.ipv6(server, client, Frame.tcp(port, clientPort, flags: 0x12)))
    second -= 0.001
  }

  /// A record of a DNS answer.
  enum Record {
    case ipv4(String, [UInt8], timeToLive: UInt32)
    case ipv6(String, [UInt16], timeToLive: UInt32)
    case alias(String, of: String, timeToLive: UInt32)
  }

  /// An answer of the cluster's DNS server to the question for `name`.
  mutating func addAnswer(to client: String, _ name: String, _ records: Record...) {
    var message = Bytes.big(7, 0x8180, 1, UInt16(records.count), 0, 0)
    message += Self.domainName(name) + .big(1, 1)
    for record in records {
      let (owner, type, timeToLive, data): (String, UInt16, UInt32, Bytes) =
        switch record {
        case .ipv4(let owner, let address, let timeToLive): (owner, 1, timeToLive, Bytes(address))
        case .ipv6(let owner, let groups, let timeToLive):
          (owner, 28, timeToLive, groups.reduce(Bytes()) { $0 + .big($1) })
        case .alias(let owner, let target, let timeToLive):
          (owner, 5, timeToLive, Self.domainName(target))
        }
      message += Self.domainName(owner) + .big(type, 1) + .word32(timeToLive, isBig: true)
      message += .big(UInt16(data.array.count)) + data
    }
    add(Frame.ipv4("10.96.0.10", client, Frame.udp(53, 5_353, message)))
  }

  private static func domainName(_ text: String) -> Bytes {
    text.split(separator: ".").reduce(Bytes()) {
      $0 + [UInt8($1.utf8.count)] + Bytes(Array($1.utf8))
    } + [0]
  }

  /// An echo request over IPv4.
  mutating func addPing(_ source: String, _ destination: String) {
    add(Frame.ipv4(source, destination, Frame.icmp(type: 8)))
  }

  /// All packets on one interface of that name and description, each with the comment.
  func pcapng(
    interface name: String? = nil, description: String? = nil, comment: String? = nil,
    names: [(address: [UInt8], name: String)] = []
  ) -> [UInt8] {
    let form = CaptureFile.Pcapng()
    var options = Bytes()
    if let name { options += form.option(2, name) }
    if let description { options += form.option(3, description) }
    var file = form.section() + form.interface(options: options)
    if !names.isEmpty {
      let records = names.reduce(Bytes()) { records, entry in
        let value = Bytes(entry.address) + Bytes(Array(entry.name.utf8)) + [0]
        return records + form.option(1, value)
      }
      // A name-resolution block.
      file += form.block(4, records + .zeros(4))
    }
    return packets.reduce(file) { file, packet in
      file + form.packet(packet, options: comment.map { form.option(1, $0) } ?? [])
    }.array
  }

  var classic: [UInt8] { CaptureFile.Classic().file(packets) }
}
