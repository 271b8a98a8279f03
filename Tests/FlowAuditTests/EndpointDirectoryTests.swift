import ClusterModel
import FlowAudit
import NetworkTypes
import Testing

struct EndpointDirectoryTests {
  private func name(_ owner: Endpoint.Owner) -> String {
    switch owner {
    case .known(let identity): "\(identity)"
    case .external: "external"
    case .conflict(let pods): "conflict " + pods.map(\.description).joined(separator: " ")
    case .startedLater(let pods): "later " + pods.map(\.description).joined(separator: " ")
    case .replaced(let then, let now): "replaced \(then) \(now)"
    case .contradicted(let captured, let dump): "\(captured) captured, \(dump) in the dump"
    }
  }

  private func owner(
    of text: String, in snapshot: ClusterSnapshot, at seconds: Int64? = nil
  ) -> String {
    let time = seconds.map { Timestamp(nanoseconds: $0 * 1_000_000_000) }
    return name(EndpointDirectory(snapshot).owner(of: address(text), at: time))
  }

  @Test func `a pod owns every address it lists`() {
    let cluster = ClusterSnapshot(pods: [pod("shop", "web", "10.0.0.1", "fd00::1")])
    #expect(owner(of: "10.0.0.1", in: cluster) == "shop/web")
    #expect(owner(of: "fd00::1", in: cluster) == "shop/web")
    #expect(owner(of: "10.0.0.2", in: cluster) == "external")
  }

  @Test func `N25: a hostNetwork pod's address is its node's`() {
    let cluster = ClusterSnapshot(pods: [
      pod("kube-system", "proxy", "192.168.0.1", node: "worker-1", isHostNetwork: true)
    ])
    #expect(owner(of: "192.168.0.1", in: cluster) == "node/worker-1")
  }

  @Test func `D9: a node has the addresses of its status and of its pods' host`() {
    var web = pod("shop", "web", "10.0.0.1", node: "worker-1")
    web.hostAddresses = [address("192.168.0.9")]
    let cluster = ClusterSnapshot(
      nodes: [Node(name: "worker-1", addresses: [address("192.168.0.1")])], pods: [web])
    #expect(owner(of: "192.168.0.1", in: cluster) == "node/worker-1")
    #expect(owner(of: "192.168.0.9", in: cluster) == "node/worker-1")
  }

  @Test(arguments: [Pod.Phase.succeeded, .failed])
  func `N26: a finished pod owns no address`(_ phase: Pod.Phase) {
    let cluster = ClusterSnapshot(pods: [pod("shop", "job", "10.0.0.1", phase: phase)])
    #expect(owner(of: "10.0.0.1", in: cluster) == "external")
    let directory = EndpointDirectory(cluster)
    #expect(directory.finishedPod(listing: address("10.0.0.1"))?.name == "job")
  }

  @Test func `N26: of several pods with one address the running one owns it`() {
    let cluster = ClusterSnapshot(pods: [
      pod("shop", "a", "10.0.0.1", phase: .pending), pod("shop", "b", "10.0.0.1"),
    ])
    #expect(owner(of: "10.0.0.1", in: cluster) == "shop/b")
    #expect(EndpointDirectory(cluster).conflicts.isEmpty)
  }

  @Test func `D8: two running pods with one address conflict, in order of their names`() {
    let cluster = ClusterSnapshot(pods: [
      pod("shop", "b", "10.0.0.1"), pod("bank", "c", "10.0.0.1"),
      pod("shop", "old", "10.0.0.1", phase: .succeeded),
    ])
    #expect(owner(of: "10.0.0.1", in: cluster) == "conflict bank/c shop/b")
    #expect(EndpointDirectory(cluster).conflicts.map(\.pods.count) == [2])
  }

  @Test func `a pod that started after the packet did not send it`() {
    let start = Timestamp(nanoseconds: 500_000_000_000)
    let cluster = ClusterSnapshot(pods: [pod("shop", "web", "10.0.0.1", startTime: start)])
    #expect(owner(of: "10.0.0.1", in: cluster, at: 499) == "later shop/web")
    #expect(owner(of: "10.0.0.1", in: cluster, at: 500) == "shop/web")
    #expect(owner(of: "10.0.0.1", in: cluster) == "shop/web")
  }

  @Test func `of two pods with one address the one that had started owned it`() {
    let cluster = ClusterSnapshot(pods: [
      pod("shop", "a", "10.0.0.1", startTime: Timestamp(nanoseconds: 100_000_000_000)),
      pod("shop", "b", "10.0.0.1", startTime: Timestamp(nanoseconds: 900_000_000_000)),
    ])
    #expect(owner(of: "10.0.0.1", in: cluster, at: 500) == "shop/a")
    #expect(owner(of: "10.0.0.1", in: cluster, at: 950) == "conflict shop/a shop/b")
  }

  @Test func `where the compiled policies know another pod, both are named`() {
    let cluster = ClusterSnapshot(pods: [
      pod("shop", "a", "10.0.0.1", startTime: Timestamp(nanoseconds: 900_000_000_000)),
      pod("shop", "b", "10.0.0.1", startTime: Timestamp(nanoseconds: 100_000_000_000)),
    ])
    #expect(owner(of: "10.0.0.1", in: cluster, at: 500) == "replaced shop/b shop/a")
  }

  @Test func `pods of a Deployment's ReplicaSet belong to the Deployment`() {
    let web = pod(
      "shop", "web-5d8-x", "10.0.0.1", labels: ["pod-template-hash": "5d8"],
      owner: Pod.Owner(kind: "ReplicaSet", name: "web-5d8"))
    let agent = pod(
      "shop", "agent-q", "10.0.0.2", owner: Pod.Owner(kind: "DaemonSet", name: "agent"))
    #expect(EndpointIdentity(web).workload == Pod.Owner(kind: "Deployment", name: "web"))
    #expect(EndpointIdentity(agent).workload == Pod.Owner(kind: "DaemonSet", name: "agent"))
  }
}
