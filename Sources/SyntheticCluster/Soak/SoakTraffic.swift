import NetworkTypes

/// Traffic of any length whose every flow is known: for runs that count what comes out.
///
/// Flow number i is between the pods at two positions of the pod range of a ``MadeUpCluster``; no two flows have the same
/// ends. Each has one more packet than a handshake and goodbyes take for every ``largestFrame`` of its bytes, and one in
/// five is UDP. Flows come in waves: those of a wave take turns, packet by packet, and end before the next wave begins. So
/// a program must remember one wave at a time, and one that forgets what it should remember shows in its output.
public struct SoakTraffic: Sendable {
  /// What a flow's packets add up to.
  public struct Flow: Sendable, Hashable {
    public var tuple: FiveTuple
    public var packets: UInt64
    public var bytes: UInt64
    public var replyPackets: UInt64
    public var replyBytes: UInt64
  }

  public let flowCount: Int
  /// Bytes of the whole capture, about.
  public let byteCount: Int
  /// Pods that talk: positions 0 up to this.
  public let podCount: Int
  /// Flows that are alive together.
  public let waveCount: Int

  static let largestFrame = 1514
  static let plainFrame = 66
  /// Packets that open and close a flow.
  static let plainPacketCount = 4
  private static let recordHeaderByteCount = 16
  private static let podsPerNode = 110
  private static let serverPorts: [UInt16] = [
    80, 443, 8080, 8443, 3306, 5432, 6379, 9090, 9092, 27017, 50051, 11211, 9200, 5672, 4317, 8000,
  ]

  /// - Precondition: `podCount` is at least 2, `waveCount` at least 1, and there are at most
  ///   `podCount` * (`podCount` - 1) flows.
  public init(flowCount: Int, byteCount: Int, podCount: Int = 10_000, waveCount: Int = 10_000) {
    precondition(podCount >= 2 && waveCount >= 1 && flowCount >= 1)
    precondition(flowCount <= podCount * (podCount - 1))
    self.flowCount = flowCount
    self.byteCount = byteCount
    self.podCount = podCount
    self.waveCount = waveCount
  }

  /// Bytes of data packets, records' headers included, for each flow.
  private var dataByteCount: Int {
    let plain = Self.plainPacketCount * (Self.plainFrame + Self.recordHeaderByteCount)
    return max(Self.plainFrame, byteCount / flowCount - plain)
  }

  /// Data packets of each flow.
  var dataPacketCount: Int {
    let largest = Self.largestFrame - 64 + Self.recordHeaderByteCount
    return max(1, (dataByteCount + largest - 1) / largest)
  }

  var packetsPerFlow: Int { Self.plainPacketCount + dataPacketCount }

  /// Size of the data packets of a flow: flows differ, so that bytes of one cannot be taken for another's.
  func dataFrame(ofFlow flow: Int) -> Int {
    let size = dataByteCount / dataPacketCount - Self.recordHeaderByteCount
    return min(max(size, Self.plainFrame) + flow % 64, Self.largestFrame)
  }

  func isUDP(_ flow: Int) -> Bool { flow % 5 == 0 }

  /// Positions of client and server.
  func ends(ofFlow flow: Int) -> (client: Int, server: Int) {
    let client = flow % podCount
    let distance = 1 + flow / podCount
    return (client, (client + distance) % podCount)
  }

  func ports(ofFlow flow: Int) -> (client: UInt16, server: UInt16) {
    (UInt16(32_768 + flow % 28_000), Self.serverPorts[flow % Self.serverPorts.count])
  }

  static func address(ofPod position: Int) -> UInt32 {
    10 << 24 | UInt32(position / podsPerNode) << 8 | UInt32(position % podsPerNode + 2)
  }

  /// A flow, as it must come out.
  public func flow(_ number: Int) -> Flow {
    let ends = ends(ofFlow: number)
    let ports = ports(ofFlow: number)
    // Opened, confirmed, data back and forth starting with the client, and closed by both.
    let data = dataPacketCount
    let size = UInt64(dataFrame(ofFlow: number))
    let sent = UInt64((data + 1) / 2)
    let answered = UInt64(data / 2)
    return Flow(
      tuple: FiveTuple(
        source: IPAddress(ipv4: Self.address(ofPod: ends.client)),
        destination: IPAddress(ipv4: Self.address(ofPod: ends.server)),
        ipProtocol: isUDP(number) ? .udp : .tcp, sourcePort: ports.client,
        destinationPort: ports.server),
      packets: 2 + sent, bytes: 2 * UInt64(Self.plainFrame) + sent * size,
      replyPackets: 2 + answered, replyBytes: 2 * UInt64(Self.plainFrame) + answered * size)
  }

  /// The number of the flow between two addresses; `nil` where there is none.
  public func number(source: IPAddress, destination: IPAddress) -> Int? {
    guard let client = Self.position(of: source), let server = Self.position(of: destination),
      client < podCount, server < podCount, client != server
    else { return nil }
    let distance = (server - client + podCount) % podCount
    let number = (distance - 1) * podCount + client
    return number < flowCount ? number : nil
  }

  private static func position(of address: IPAddress) -> Int? {
    guard let bits = address.ipv4Bits, bits >> 24 == 10 else { return nil }
    let host = Int(bits & 0xff)
    guard (2..<podsPerNode + 2).contains(host) else { return nil }
    return Int(bits >> 8 & 0xffff) * podsPerNode + host - 2
  }

  /// Packets of all flows.
  public var packetCount: UInt64 { UInt64(flowCount) * UInt64(packetsPerFlow) }
}
