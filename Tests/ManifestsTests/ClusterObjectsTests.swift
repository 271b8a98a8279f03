import ClusterModel
import NetworkTypes
import Testing

@testable import Manifests

@Suite struct ClusterObjectsTests {
  private func addresses(_ texts: String...) -> [IPAddress] { texts.compactMap { IPAddress($0) } }

  @Test func `a pod of a dump is read with all that verdicts depend on`() throws {
    let loaded = load(
      """
      apiVersion: v1
      kind: Pod
      metadata:
        creationTimestamp: "2026-03-01T11:00:00Z"
        deletionTimestamp: "2026-03-01T13:00:00.5+01:00"
        labels: {app: web, tier: front}
        name: web-1
        namespace: shop
        ownerReferences:
        - {apiVersion: apps/v1, kind: Other, name: o, uid: x}
        - {apiVersion: apps/v1, controller: true, kind: ReplicaSet, name: web-5d, uid: y}
        uid: 1-2
      spec:
        containers:
        - image: web
          name: web
          ports:
          - {containerPort: 8080, name: http, protocol: TCP}
          - {containerPort: 9090}
          someFieldOfANewerServer: 1
        - {image: log, name: log, ports: [{containerPort: 53, protocol: UDP, hostPort: 53}]}
        hostNetwork: true
        initContainers:
        - {image: i, name: once, ports: [{containerPort: 1}]}
        - {image: i, name: sidecar, ports: [{containerPort: 15001}], restartPolicy: Always}
        nodeName: node-1
        volumes: [{name: v, emptyDir: {}}]
      status:
        hostIP: 192.168.0.1
        hostIPs: [{ip: 192.168.0.1}, {ip: "fd00::1"}]
        phase: Pending
        podIP: 10.0.0.5
        podIPs: [{ip: 10.0.0.5}, {ip: "fd00:1::5"}]
        startTime: "2026-03-01T12:00:00Z"
      """)
    #expect(loaded.problems == [])
    let noon = Timestamp(nanoseconds: 1_772_366_400 * 1_000_000_000)
    #expect(
      loaded.snapshot.pods == [
        Pod(
          namespace: "shop", name: "web-1", labels: ["app": "web", "tier": "front"],
          nodeName: "node-1",
          addresses: addresses("10.0.0.5", "fd00:1::5"),
          hostAddresses: addresses("192.168.0.1", "fd00::1"), isHostNetwork: true, phase: .pending,
          ports: [
            .init(name: "http", number: 8080), .init(number: 9090),
            .init(number: 53, ipProtocol: .udp),
            .init(number: 15_001),
          ],
          owner: .init(kind: "ReplicaSet", name: "web-5d"), startTime: noon,
          deletionTime: Timestamp(nanoseconds: noon.nanoseconds + 500_000_000),
          location: .init(file: "test.yaml", line: 1, column: 1))
      ])
  }

  @Test func `a pod without a status runs, and starts when it was created`() {
    let loaded = load(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a, namespace: b, creationTimestamp: "1970-01-01T00:00:01Z"}
      spec: {nodeName: "", containers: [{ports: null}]}
      """)
    #expect(loaded.problems == [])
    let pod = loaded.snapshot.pods[0]
    #expect(pod.phase == .running && pod.addresses.isEmpty && pod.nodeName == nil)
    #expect(pod.startTime == Timestamp(nanoseconds: 1_000_000_000))
  }

  @Test func `equal labels, ports and host addresses of pods share their storage`() {
    let pod = """
      apiVersion: v1
      kind: Pod
      metadata: {name: NAME, namespace: b, labels: {x: "1", app: web}}
      spec: {containers: [{ports: [{containerPort: 80}]}]}
      """
    let loaded = load(
      pod.replacing("NAME", with: "a") + "\n---\n" + pod.replacing("NAME", with: "b"))
    let pods = loaded.snapshot.pods
    #expect(pods[0].labels.storageIdentity == pods[1].labels.storageIdentity)
  }

  @Test func `a Service and its addresses, ports and targets`() {
    let loaded = load(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec:
        type: LoadBalancer
        clusterIP: 10.96.0.10
        clusterIPs: [10.96.0.10, "fd00:96::10"]
        externalIPs: [198.51.100.1]
        selector: {app: web}
        publishNotReadyAddresses: true
        ports:
        - {name: http, port: 80, targetPort: http, nodePort: 30080, appProtocol: http}
        - {name: dns, port: 53, protocol: UDP, targetPort: 5353}
        - {name: same, port: 81, targetPort: 0}
      status: {loadBalancer: {ingress: [{ip: 203.0.113.9}, {hostname: lb.example}]}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: headless, namespace: shop}
      spec: {clusterIP: None, clusterIPs: [None], ports: [{port: 5432}], selector: {}}
      """)
    #expect(loaded.problems == [])
    #expect(
      loaded.snapshot.services == [
        Service(
          namespace: "shop", name: "web", kind: .loadBalancer,
          clusterAddresses: addresses("10.96.0.10", "fd00:96::10"),
          externalAddresses: addresses("198.51.100.1", "203.0.113.9"),
          ports: [
            .init(name: "http", number: 80, target: .name("http"), nodePort: 30_080),
            .init(name: "dns", ipProtocol: .udp, number: 53, target: .number(5353)),
            .init(name: "same", number: 81),
          ],
          selector: ["app": "web"], publishesNotReadyAddresses: true,
          location: .init(file: "test.yaml", line: 1, column: 1)),
        Service(
          namespace: "shop", name: "headless", ports: [.init(number: 5432)],
          location: .init(file: "test.yaml", line: 17, column: 1)),
      ])
  }

  static let slice = """
    addressType: IPv4
    apiVersion: discovery.k8s.io/v1
    endpoints:
    - addresses: [10.0.0.1]
      conditions: {ready: true, serving: true, terminating: false}
      nodeName: node-1
      targetRef: {kind: Pod, name: web-1, namespace: shop}
    - addresses: [10.0.0.2]
      conditions: {ready: false}
    - addresses: [10.0.0.3]
      conditions: {}
    kind: EndpointSlice
    metadata:
      labels: {kubernetes.io/service-name: web}
      name: web-abc
      namespace: shop
    ports:
    - {name: http, port: 8080, protocol: TCP}
    - {name: all}
    """

  static let endpoints = """
    apiVersion: v1
    kind: Endpoints
    metadata: {name: NAME, namespace: shop}
    subsets:
    - addresses: [{ip: 10.0.0.1, nodeName: node-1, targetRef: {kind: Pod, name: web-1}}]
      notReadyAddresses: [{ip: 10.0.0.2}]
      ports: [{name: http, port: 8080}]
    - addresses: [{ip: 10.0.0.9}]
      ports: [{port: 53, protocol: UDP}]
    """

  @Test func `an EndpointSlice: a missing ready means ready, a missing port all`() {
    let loaded = load(Self.slice)
    #expect(loaded.problems == [])
    #expect(
      loaded.snapshot.endpointSlices == [
        EndpointSlice(
          namespace: "shop", name: "web-abc", serviceName: "web",
          ports: [.init(name: "http", number: 8080), .init(name: "all", number: nil)],
          endpoints: [
            .init(addresses: addresses("10.0.0.1"), nodeName: "node-1", podName: "web-1"),
            .init(addresses: addresses("10.0.0.2"), isReady: false),
            .init(addresses: addresses("10.0.0.3")),
          ], location: .init(file: "test.yaml", line: 1, column: 1))
      ])
  }

  @Test func `a slice of domain names has no addresses, whatever comes first`() {
    let names = "endpoints: [{addresses: [db.example.com]}]\naddressType: FQDN\n"
    let header =
      "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: a, namespace: b}\n"
    #expect(load(header + names).problems == [])
    #expect(
      load(header + "endpoints: [{addresses: [10.0.0.1, x]}]\naddressType: IPv4\n").problems
        == ["4:36 bad-cidr endpoints[0].addresses[1]"])
  }

  @Test func `Endpoints become slices, but for Services that have slices`() {
    let other = Self.endpoints.replacing("NAME", with: "other")
    let loaded = load(
      [Self.slice, Self.endpoints.replacing("NAME", with: "web"), other].joined(
        separator: "\n---\n"))
    #expect(loaded.problems == [])
    #expect(loaded.snapshot.endpointSlices.map(\.serviceName) == ["web", "other", "other"])
    #expect(
      loaded.snapshot.endpointSlices[1].endpoints == [
        .init(addresses: addresses("10.0.0.1"), nodeName: "node-1", podName: "web-1"),
        .init(addresses: addresses("10.0.0.2"), isReady: false),
      ])
    #expect(loaded.snapshot.endpointSlices[2].ports == [.init(ipProtocol: .udp, number: 53)])
  }

  @Test func `a Node has every IP of its status`() {
    let loaded = load(
      """
      apiVersion: v1
      kind: Node
      metadata: {name: node-1, labels: {zone: a}}
      spec: {podCIDR: 10.0.0.0/24}
      status:
        addresses:
        - {address: 192.168.0.1, type: InternalIP}
        - {address: "fd00::1", type: InternalIP}
        - {address: 203.0.113.1, type: ExternalIP}
        - {address: node-1, type: Hostname}
        - {address: 192.168.0.1, type: Hostname}
        capacity: {cpu: "4"}
      """)
    #expect(loaded.problems == [])
    #expect(
      loaded.snapshot.nodes == [
        Node(
          name: "node-1", labels: ["zone": "a"],
          addresses: addresses("192.168.0.1", "fd00::1", "203.0.113.1"),
          location: .init(file: "test.yaml", line: 1, column: 1))
      ])
  }

  @Test func `N22: a Namespace gets the label with its name`() {
    let loaded = load("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {a: b}}")
    #expect(
      loaded.snapshot.namespaces.map(\.labels) == [
        ["a": "b", "kubernetes.io/metadata.name": "shop"]
      ])
  }

  @Test func `D11: a Namespace whose label says another name keeps its name`() {
    let loaded = load(
      "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels:\n    kubernetes.io/metadata.name: other\n"
    )
    #expect(loaded.snapshot.namespaces[0].labels == ["kubernetes.io/metadata.name": "shop"])
    #expect(
      loaded.problems == ["6:5 other-name metadata.labels[\"kubernetes.io/metadata.name\"]"])
  }

  static let mapped: [(text: String, read: String)] = [
    ("::ffff:10.0.0.1", "10.0.0.1"), ("010.0.0.1", "10.0.0.1"), ("fd00:0::1", "fd00::1"),
  ]

  @Test(arguments: mapped) func `N19: addresses of pods are read as the API server reads them`(
    text: String, read: String
  ) {
    let loaded = load(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nstatus: {podIP: \"\(text)\"}\n"
    )
    #expect(loaded.snapshot.pods[0].addresses == addresses(read))
  }

  @Test func `N26, D8: two running pods with one address are told, others are not`() {
    func pod(_ name: String, _ phase: String, hostNetwork: Bool = false) -> String {
      """
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: \(name), namespace: shop}
      spec: {hostNetwork: \(hostNetwork)}
      status: {phase: \(phase), podIP: 10.0.0.1}

      """
    }
    let loaded = load(
      pod("a", "Running") + pod("b", "Succeeded") + pod("c", "Failed") + pod("d", "Pending")
        + pod("e", "Running", hostNetwork: true) + pod("f", "Running"))
    #expect(loaded.problems == ["36:26 duplicate-item status.podIP"])
    #expect(loaded.findings.first?.severity == .warning)
    #expect(loaded.findings.first?.message.contains("Pod shop/a") == true)
    #expect(loaded.snapshot.pods.count == 6)
  }

  @Test func `unknown fields of objects that a server made are not remarked`() {
    let pod =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b, UID}\nspec: {newField: 1}\n"
    #expect(load(pod.replacing("UID", with: "uid: x")).problems == [])
    #expect(
      load(pod.replacing("UID", with: "generation: 1")).problems == [
        "4:8 unknown-field spec.newField"
      ])
  }

  @Test func `N43: missing namespaces are made up, and said once`() {
    let loaded = load(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a, namespace: shop}
      ---
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: a, namespace: bank}
      spec: {podSelector: {}}
      """)
    #expect(loaded.snapshot.namespaces.map(\.name) == ["bank", "shop"])
    #expect(loaded.snapshot.namespaces[1].labels == ["kubernetes.io/metadata.name": "shop"])
    #expect(loaded.findings.map(\.kind) == [.assumedNamespace])
    #expect(loaded.findings[0].message.hasPrefix("the namespaces bank, shop are named"))
  }

  @Test func `N44: objects without a namespace are in the default one, said once a file`() {
    let text = """
      apiVersion: v1
      kind: Pod
      metadata: {name: a}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: b}
      """
    var loader = ManifestLoader(options: .init(defaultNamespace: "own"))
    loader.load(bytes: text.utf8, name: "test.yaml")
    let loaded = loader.finish()
    #expect(loaded.snapshot.pods.map(\.namespace) == ["own", "own"])
    #expect(loaded.findings.filter { $0.kind == .defaultNamespace }.map(\.object) == ["Pod own/a"])
  }
}
