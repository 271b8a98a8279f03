import FlowTracking
import NetworkTypes
import TestSupport
import Testing

/// Connections through a Service address, as far as the capture shows the translation.
@Suite struct `Service translation` {
  static let client = "10.244.1.5"
  static let frontend = "10.96.0.10"
  static let pods = ["10.244.2.7", "10.244.3.8"]

  static let services: ServiceTranslation = {
    func backend(_ text: String) -> ServiceTranslation.Backend {
      .init(address: IPAddress(text)!, port: 8080)
    }
    return ServiceTranslation(
      backends: [pods.map(backend), [backend(pods[0])]],
      entries: [
        .init(address: IPAddress(frontend)!, ipProtocol: .tcp, port: 80): 0,
        .init(address: IPAddress("192.168.0.5")!, ipProtocol: .tcp, port: 30_080): 0,
        .init(address: IPAddress("10.96.0.11")!, ipProtocol: .tcp, port: 80): 1,
      ])
  }()

  static func toService(_ time: Int, _ flags: UInt8, _ sequence: UInt32 = 0) -> CaptureFile.Packet {
    at(time, segment(client, 40_000, frontend, 80, flags: flags, sequence: sequence))
  }

  static func fromService(_ time: Int, _ flags: UInt8, _ sequence: UInt32 = 0) -> CaptureFile.Packet
  {
    at(time, segment(frontend, 80, client, 40_000, flags: flags, sequence: sequence))
  }

  static func toPod(_ time: Int, _ flags: UInt8, _ sequence: UInt32 = 0, pod: String = pods[0])
    -> CaptureFile.Packet
  {
    at(time, segment(client, 40_000, pod, 8080, flags: flags, sequence: sequence))
  }

  static func fromPod(_ time: Int, _ flags: UInt8, _ sequence: UInt32 = 0) -> CaptureFile.Packet {
    at(time, segment(pods[0], 8080, client, 40_000, flags: flags, sequence: sequence))
  }

  static let translated = "TCP 10.244.1.5:40000 -> 10.244.2.7:8080"

  @Test func `a bridge shows requests before and after translation and both halves are one flow`()
    throws
  {
    let packets = [
      Self.toService(0, 0x02, 5), Self.toPod(1, 0x02, 5), Self.fromPod(2, 0x12, 6),
      Self.fromService(3, 0x12, 6), Self.toService(4, 0x10), Self.toPod(5, 0x10),
    ]
    let result = try track(packets, services: Self.services)
    #expect(result.flows.map(\.line) == ["\(Self.translated) 2/1 established"])
    #expect(
      result.flows[0].service
        == Flow.ServiceUse(
          entry: 0, address: IPAddress(Self.frontend)!, port: 80, isTranslationSeen: true))
    #expect(result.summary.tracking.duplicatePackets == 3)
  }

  @Test
  func `a request seen with the pod's address and a reply seen with the Service's are one flow`()
    throws
  {
    let packets = [
      Self.toPod(0, 0x02, 5), Self.fromService(1, 0x12, 6), Self.toPod(2, 0x10),
      Self.toPod(3, 0x11), Self.fromService(4, 0x11),
    ]
    let result = try track(packets, services: Self.services)
    #expect(result.flows.map(\.line) == ["\(Self.translated) 3/2 established"])
    #expect(result.flows[0].service?.isTranslationSeen == true)
    #expect(result.flows[0].initiator == .syn)
    #expect(result.summary.tracking.duplicatePackets == 0)
  }

  @Test func `a flow that is only seen before translation keeps the Service's address`() throws {
    let packets = [Self.toService(0, 0x02, 5), Self.fromService(1, 0x12, 6)]
    let flow = try #require(try track(packets, services: Self.services).flows.first)
    #expect(flow.tuple.description == "TCP 10.244.1.5:40000 -> 10.96.0.10:80")
    #expect(
      flow.service
        == Flow.ServiceUse(
          entry: 0, address: IPAddress(Self.frontend)!, port: 80, isTranslationSeen: false))
  }

  @Test func `a direct connection to a pod uses no Service`() throws {
    let packets = [Self.toPod(0, 0x02, 5), Self.fromPod(1, 0x12, 6)]
    let flow = try #require(try track(packets, services: Self.services).flows.first)
    #expect(flow.line == "\(Self.translated) 1/1 established")
    #expect(flow.service == nil)
  }

  @Test func `a backend of another Service is another flow`() throws {
    let other = at(1, segment(Self.client, 40_000, "10.244.9.9", 8080, flags: 0x02, sequence: 5))
    let result = try track([Self.toService(0, 0x02, 5), other], services: Self.services)
    #expect(result.flows.count == 2)
  }

  @Test func `another connection to the same pod from the same port does not join`() throws {
    // The Service sends the first to pod 1; the second, direct one to pod 2 has another start.
    let packets = [
      Self.toService(0, 0x02, 5), Self.toPod(1, 0x02, 5),
      Self.toPod(2, 0x02, 77, pod: Self.pods[1]),
    ]
    let result = try track(packets, services: Self.services)
    #expect(
      result.flows.map(\.line) == [
        "\(Self.translated) 1/0 unanswered",
        "TCP 10.244.1.5:40000 -> 10.244.3.8:8080 1/0 unanswered",
      ])
    #expect(result.flows[1].service == nil)
  }

  @Test func `connections that follow each other on one port join with their own halves`() throws {
    let packets = [
      Self.toService(0, 0x02, 5), Self.toPod(1, 0x02, 5), Self.fromService(2, 0x12, 6),
      Self.toService(3, 0x14), Self.toPod(3, 0x14), Self.toService(10, 0x02, 900),
      Self.toPod(11, 0x02, 900, pod: Self.pods[1]), Self.fromService(12, 0x12, 901),
    ]
    let result = try track(packets, services: Self.services)
    #expect(
      result.flows.map(\.line) == [
        "\(Self.translated) 2/1 established",
        "TCP 10.244.1.5:40000 -> 10.244.3.8:8080 1/1 established",
      ])
    #expect(result.flows.map { $0.service?.isTranslationSeen } == [true, true])
  }

  @Test func `a node port's address is a frontend too`() throws {
    let packets = [
      at(0, segment(Self.client, 40_000, "192.168.0.5", 30_080, flags: 0x02, sequence: 5)),
      Self.toPod(1, 0x02, 5),
    ]
    let flow = try #require(try track(packets, services: Self.services).flows.first)
    #expect(flow.line == "\(Self.translated) 1/0 unanswered")
    #expect(flow.service?.port == 30_080)
  }

  @Test func `the end behind a Service address did not start the connection`() throws {
    let reply = Self.fromService(0, 0x18)
    let flow = try #require(try track([reply], services: Self.services).flows.first)
    #expect(flow.tuple.destination == IPAddress(Self.frontend))
    #expect(flow.initiator == .inferred)
    #expect(!flow.isFirstSenderInitiator)
  }
}
