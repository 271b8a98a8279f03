import ClusterModel
import FlowAudit
import NetworkTypes
import Testing

struct ConnectionTableTests {
  private static let header =
    "source\tdestination\tprotocol\tport\tfamily\tverdict\tegress\tingress"

  private func problems(_ text: String) -> [String] {
    ConnectionTable(text, file: "t.tsv").problems.map(\.description)
  }

  @Test func `every form of an end, protocol, family and verdict is read`() throws {
    let table = ConnectionTable(
      """
      \(Self.header)
      shop/web\tshop/db\tTCP\t3306\t-\tallow\tdeny\t-

      # a comment
      node/worker-1\tservice/shop/db\tudp\t53\t4\tdeny\t-\tallow\r
      10.0.0.1\tfd00::1\tICMPv6\t-\t6\t-\t-\t-
      8.8.8.8\tshop/web\t47\t-\t-\t-\t-\t-
      """, file: "t.tsv")
    #expect(table.problems.isEmpty)
    #expect(table.rows.map(\.location.line) == [2, 5, 6, 7])
    let first = try #require(table.rows.first)
    #expect(first.request.source == .pod(namespace: "shop", name: "web"))
    #expect(first.request.family == nil)
    #expect(first.expected == .init(verdict: true, egress: false, ingress: nil))
    let second = table.rows[1].request
    #expect(second.source == .node("worker-1"))
    #expect(second.destination == .service(namespace: "shop", name: "db"))
    #expect(second.ipProtocol == .udp)
    #expect(second.family == .ipv4)
    #expect(table.rows[2].request.destination == .address(address("fd00::1")))
    #expect(table.rows[3].request.ipProtocol == IPProtocol(rawValue: 47))
  }

  @Test func `columns come in any order, and verdicts and family may be absent`() throws {
    let table = ConnectionTable(
      "port\tprotocol\tdestination\tsource\n80\tTCP\ta/b\tc/d\n", file: "t.tsv")
    let row = try #require(table.rows.first)
    #expect(row.request.port == 80)
    #expect(row.request.source == .pod(namespace: "c", name: "d"))
    #expect(row.expected == .init())
  }

  @Test(arguments: [
    ("a/b\tc/d\tTCP\t0\t-\t-\t-\t-", 13, "'0' is no port"),
    ("a/b\tc/d\tTCP\t65536\t-\t-\t-\t-", 13, "'65536' is no port"),
    ("a/b\tc/d\tTCP\t-\t-\t-\t-\t-", 13, "TCP needs a port"),
    ("a/b\tc/d\tICMP\t80\t-\t-\t-\t-", 14, "ICMP has no ports; write -"),
    ("a/b\tc/d\tTPC\t80\t-\t-\t-\t-", 9, "'TPC' is no protocol"),
    ("a\tc/d\tTCP\t80\t-\t-\t-\t-", 1, "'a' names no end"),
    ("a/b\tx/y/z\tTCP\t80\t-\t-\t-\t-", 5, "'x/y/z' names no end"),
    ("a/b\tc/\tTCP\t80\t-\t-\t-\t-", 5, "'c/' names no end"),
    ("a/b\tc/d\tTCP\t80\t5\t-\t-\t-", 16, "'5' is no address family"),
    ("a/b\tc/d\tTCP\t80\t-\tyes\t-\t-", 18, "'yes' is no verdict"),
    ("a/b\tc/d\tTCP\t80", 15, "4 columns, but the header names 8"),
    ("a/b c/d TCP 80 - - - -", 23, "1 columns, but the header names 8"),
    ("ä/b\tc\tTCP\t80\t-\t-\t-\t-", 5, "'c' names no end"),
  ])
  func `a mistake in a row is placed by line and column`(
    _ row: String, _ column: Int, _ message: String
  ) {
    let found = problems("\(Self.header)\n\(row)\n")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("t.tsv:2:\(column): \(message)") == true, "\(found)")
  }

  @Test(arguments: [
    ("", "t.tsv:1:1: no header line"),
    ("shop/web\tshop/db\tTCP\t80\n", "t.tsv:1:1: unknown column 'shop/web'"),
    ("source\tdestination\tprotocol\n", "t.tsv:1:1: no column 'port'"),
    ("source\tsource\tprotocol\tport\n", "t.tsv:1:8: column 'source' is named twice"),
  ])
  func `a mistake in the header is placed and the rows are not read`(
    _ text: String, _ message: String
  ) {
    let found = problems(text + "a/b\tc/d\tTCP\t80\n")
    #expect(found.count == 1)
    #expect(
      found.first?.hasPrefix(message) == true
        || text.isEmpty && found.first?.hasPrefix("t.tsv:1:1: unknown column") == true, "\(found)")
    #expect(problems("").first?.hasPrefix("t.tsv:1:1: no header line") == true)
  }

  @Test func `every row with a mistake is reported, and the others are read`() {
    let table = ConnectionTable(
      "source\tdestination\tprotocol\tport\na\tb/c\tTCP\t1\na/b\tb/c\tTCP\t1\na/b\tb\tTCP\t1\n",
      file: "t.tsv")
    #expect(table.rows.count == 1)
    #expect(table.problems.map(\.location.line) == [2, 4])
  }
}

struct ConnectionCheckerTests {
  private let snapshot = ClusterSnapshot(
    nodes: [Node(name: "worker-1", addresses: [address("192.168.0.1")])],
    pods: [
      pod("shop", "web", "10.0.0.1", "fd00::1"), pod("shop", "db", "10.0.0.2", "fd00::2"),
      pod("shop", "db-1", "10.0.0.3"), pod("shop", "new"),
      pod("shop", "done", "10.0.0.9", phase: .failed),
    ],
    services: [
      Service(
        namespace: "shop", name: "db", clusterAddresses: [address("10.96.0.1")],
        ports: [Service.Port(number: 3_306, target: .number(33_060))]),
      Service(namespace: "shop", name: "headless", ports: [Service.Port(number: 80)]),
      Service(
        namespace: "shop", name: "empty", clusterAddresses: [address("10.96.0.2")],
        ports: [Service.Port(number: 80)]),
    ],
    endpointSlices: [
      EndpointSlice(
        namespace: "shop", name: "db-x", serviceName: "db", ports: [.init(number: 33_060)],
        endpoints: [.init(addresses: [address("10.0.0.2"), address("10.0.0.3")])])
    ])

  private func check(
    _ row: String, denied: String...
  ) throws(ConnectionTable.Problem) -> CheckedConnection {
    let endpoints = EndpointDirectory(snapshot)
    let services = ServiceDirectory(snapshot, endpoints: endpoints)
    let table = ConnectionTable(
      "source\tdestination\tprotocol\tport\tfamily\tverdict\tegress\tingress\n\(row)\n",
      file: "t.tsv")
    if let problem = table.problems.first { throw problem }
    let deniedAddresses = Set(denied.map(address))
    return try ConnectionChecker(
      resolver: ConnectionResolver(endpoints: endpoints, services: services)
    ) { connection in
      let isDenied = deniedAddresses.contains(connection.destination)
      return ConnectionDecision(
        egress: .init(isAllowed: true, reason: .noPolicy),
        ingress: .init(isAllowed: !isDenied, reason: isDenied ? .defaultDeny : .noPolicy))
    }.check(table.rows[0])
  }

  private func connections(_ result: CheckedConnection) -> [String] {
    result.probes.map {
      "\($0.connection.source) \($0.connection.destination) \($0.connection.destinationPort)"
        + ($0.connection.isThroughService ? " service" : "")
    }
  }

  @Test func `without a family every pair of addresses of one family is asked about`() throws {
    let result = try check("shop/web\tshop/db\tTCP\t80\t-\tallow\t-\t-")
    #expect(connections(result) == ["10.0.0.1 10.0.0.2 80", "fd00::1 fd00::2 80"])
    #expect(result.verdict == .allowed)
    #expect(result.differences.isEmpty)
  }

  @Test(arguments: [("4", "10.0.0.1 10.0.0.2 80"), ("6", "fd00::1 fd00::2 80")])
  func `a family picks its pairs`(_ family: String, _ expected: String) throws {
    let result = try check("shop/web\tshop/db\tTCP\t80\t\(family)\t-\t-\t-")
    #expect(connections(result) == [expected])
  }

  @Test func `families that disagree are undecided, and differ from whatever was expected`() throws
  {
    let result = try check("shop/web\tshop/db\tTCP\t80\t-\tallow\tallow\tdeny", denied: "fd00::2")
    #expect(result.verdict == .undecided)
    #expect(result.egress == .allowed)
    #expect(result.ingress == .undecided)
    #expect(result.differences.map(\.column) == [.verdict, .ingress])
  }

  @Test(arguments: ["service/shop/db", "10.96.0.1"])
  func `D10: a Service, by name or cluster IP, is asked about at each endpoint's port`(
    _ destination: String
  ) throws {
    let result = try check("shop/web\t\(destination)\tTCP\t3306\t-\tallow\t-\t-")
    #expect(
      connections(result) == ["10.0.0.1 10.0.0.2 33060 service", "10.0.0.1 10.0.0.3 33060 service"])
  }

  @Test func `a node and an outside address are ends too`() throws {
    #expect(
      try connections(check("node/worker-1\tshop/db\tTCP\t80\t-\t-\t-\t-"))
        == ["192.168.0.1 10.0.0.2 80"])
    #expect(
      try connections(check("shop/web\t8.8.8.8\tUDP\t53\t-\t-\t-\t-"))
        == ["10.0.0.1 8.8.8.8 53"])
  }

  @Test func `each stated column is compared on its own`() throws {
    let result = try check("shop/web\tshop/db-1\tTCP\t80\t-\tdeny\tdeny\t-", denied: "10.0.0.3")
    #expect(result.verdict == .denied)
    #expect(
      result.differences
        == [.init(column: .egress, expected: .denied, actual: .allowed)])
  }

  @Test(arguments: [
    ("shop/webb\tshop/db\tTCP\t80", 1, "the cluster has no pod shop/webb"),
    ("shop/web\tnode/w\tTCP\t80", 10, "the cluster has no node w"),
    ("shop/web\tservice/shop/x\tTCP\t80", 10, "the cluster has no Service shop/x"),
    (
      "shop/web\tservice/shop/db\tTCP\t80", 30,
      "service/shop/db has no TCP port 80; its ports are TCP 3306"
    ),
    ("shop/web\t10.96.0.1\tICMP\t-", 25, "service/shop/db has no ICMP"),
    ("shop/web\tservice/shop/headless\tTCP\t80", 10, "service/shop/headless has no cluster IP"),
    ("shop/web\tservice/shop/empty\tTCP\t80", 10, "service/shop/empty has no ready endpoint"),
    ("service/shop/db\tshop/web\tTCP\t80", 1, "a Service opens no connections"),
    ("shop/new\tshop/db\tTCP\t80", 1, "pod shop/new has no address"),
    ("shop/web\tshop/done\tTCP\t80", 10, "pod shop/done has finished (Failed)"),
    ("shop/db-1\tfd00::2\tTCP\t80", 26, "shop/db-1 and fd00::2 have no addresses of one family"),
  ])
  func `an end that is not there is placed and named`(
    _ row: String, _ column: Int, _ message: String
  ) {
    do throws(ConnectionTable.Problem) {
      _ = try check("\(row)\t-\t-\t-\t-")
      Issue.record("no problem")
    } catch {
      #expect(error.description.hasPrefix("t.tsv:2:\(column): \(message)"), "\(error)")
    }
  }
}
