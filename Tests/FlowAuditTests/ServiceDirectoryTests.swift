import ClusterModel
import FlowAudit
import FlowTracking
import NetworkTypes
import Testing

struct ServiceDirectoryTests {
  private let web = Service(
    namespace: "shop", name: "web", kind: .nodePort,
    clusterAddresses: [address("10.96.0.1"), address("fd00:96::1")],
    externalAddresses: [address("203.0.113.1")],
    ports: [
      Service.Port(name: "http", number: 80, target: .name("http"), nodePort: 30_080)
    ], selector: ["app": "web"])

  private func directory(
    _ service: Service, pods: [Pod] = [], slices: [EndpointSlice] = []
  ) -> ServiceDirectory {
    let snapshot = ClusterSnapshot(
      nodes: [Node(name: "worker-1", addresses: [address("192.168.0.1")])], pods: pods,
      services: [service], endpointSlices: slices)
    return ServiceDirectory(snapshot, endpoints: EndpointDirectory(snapshot))
  }

  private func backends(
    _ directory: ServiceDirectory, _ frontend: String, _ port: UInt16
  ) -> [String]? {
    directory.entryIndex(address: address(frontend), ipProtocol: .tcp, port: port).map { index in
      directory.translation.backends[index].map { "\($0.address):\($0.port)" }
    }
  }

  private var labelled: [Pod] {
    [
      pod(
        "shop", "web-1", "10.0.0.1", "fd00::1", labels: ["app": "web", "x": "y"],
        ports: [.init(name: "http", number: 8_080)]),
      pod(
        "shop", "web-2", "10.0.0.2", labels: ["app": "web"],
        ports: [.init(name: "http", number: 8_081)]),
      pod("shop", "no-port", "10.0.0.3", labels: ["app": "web"]),
      pod("shop", "api", "10.0.0.4", labels: ["app": "api"]),
      pod(
        "bank", "web", "10.0.0.5", labels: ["app": "web"],
        ports: [.init(name: "http", number: 8_080)]),
      pod(
        "shop", "done", "10.0.0.6", labels: ["app": "web"], phase: .succeeded,
        ports: [.init(name: "http", number: 8_080)]),
    ]
  }

  @Test func `without slices the selector gives the endpoints, a named port each pod's own`() {
    let directory = directory(web, pods: labelled)
    #expect(backends(directory, "10.96.0.1", 80) == ["10.0.0.1:8080", "10.0.0.2:8081"])
    #expect(backends(directory, "fd00:96::1", 80) == ["fd00::1:8080"])
  }

  @Test(arguments: ["203.0.113.1", "192.168.0.1"])
  func `external addresses and node ports lead to the same endpoints`(_ frontend: String) {
    let port: UInt16 = frontend.hasPrefix("192") ? 30_080 : 80
    let directory = directory(web, pods: labelled)
    #expect(backends(directory, frontend, port) == ["10.0.0.1:8080", "10.0.0.2:8081"])
    #expect(directory.entries.contains { $0.name == "web" && $0.port == 80 })
  }

  @Test func `another port or protocol of a Service's address is no frontend`() {
    let directory = directory(web, pods: labelled)
    #expect(backends(directory, "10.96.0.1", 81) == nil)
    #expect(
      directory.entryIndex(address: address("10.96.0.1"), ipProtocol: .udp, port: 80) == nil)
  }

  @Test func `slices win over the selector, and only ready endpoints count`() {
    let slice = EndpointSlice(
      namespace: "shop", name: "web-abc", serviceName: "web",
      ports: [.init(name: "http", number: 9_000), .init(name: "other", number: 9_001)],
      endpoints: [
        .init(addresses: [address("10.0.0.7")]),
        .init(addresses: [address("10.0.0.8")], isReady: false),
      ])
    #expect(
      backends(directory(web, pods: labelled, slices: [slice]), "10.96.0.1", 80)
        == ["10.0.0.7:9000"])
    var eager = web
    eager.publishesNotReadyAddresses = true
    #expect(
      backends(directory(eager, slices: [slice]), "10.96.0.1", 80)
        == ["10.0.0.7:9000", "10.0.0.8:9000"])
  }

  @Test func `a Service whose slices hold nothing has no endpoints`() {
    let slice = EndpointSlice(namespace: "shop", name: "web-abc", serviceName: "web")
    #expect(backends(directory(web, pods: labelled, slices: [slice]), "10.96.0.1", 80) == [])
  }

  @Test func `of two Services with one frontend the first by name has it, and both are named`() {
    var other = web
    other.name = "a"
    let snapshot = ClusterSnapshot(services: [web, other])
    let directory = ServiceDirectory(snapshot, endpoints: EndpointDirectory(snapshot))
    let index = directory.entryIndex(address: address("10.96.0.1"), ipProtocol: .tcp, port: 80)
    #expect(index.map { directory.entries[$0].name } == "a")
    #expect(directory.conflicts.first?.services == ["shop/a", "shop/web"])
  }
}
