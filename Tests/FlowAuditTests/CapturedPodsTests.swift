import ClusterModel
import FlowAudit
import FlowTracking
import NetworkTypes
import Testing

/// What captures name goes before lifetimes of pods.
@Suite struct OwnersByCaptureTests {
  @Test func `a pod that is named without its namespace is called by its name alone`() {
    #expect(EndpointIdentity(kind: .pod, name: "web").description == "web")
    #expect(EndpointIdentity(kind: .pod, namespace: "shop", name: "web").description == "shop/web")
  }

  @Test func `an end whose owners contradict each other belongs to all their namespaces`() {
    let end = Endpoint(
      address: address("10.0.0.1"), port: 80,
      owner: .contradicted(
        captured: EndpointIdentity(kind: .pod, namespace: "shop", name: "web"),
        dump: [EndpointIdentity(kind: .pod, namespace: "bank", name: "clerk")]))
    #expect(end.namespaces == ["shop", "bank"])
    #expect(end.identity == nil)
    #expect(Aggregation.pod.name(of: end) == "shop/web")
    #expect(Aggregation.namespace.name(of: end) == "shop")
  }
}
