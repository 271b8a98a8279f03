import ClusterModel
import FlowAudit
import NetworkTypes
import Reports
import TestSupport
import Testing

struct CheckReportTests {
  private static let rows = """
    source\tdestination\tprotocol\tport\tfamily\tverdict\tegress\tingress
    shop/web-1\tshop/db-0\tTCP\t3306\t-\tallow\tallow\tallow
    shop/web-1\tshop/db-0\tTCP\t22\t4\tallow\t-\tdeny
    shop/web-1\tservice/shop/db\tTCP\t3306\t-\t-\t-\t-
    8.8.8.8\tshop/db-0\tTCP\t22\t-\tdeny\t-\t-
    """

  private func report(_ format: OutputFormat, onlyDifferences: Bool = false) throws -> Collected {
    let endpoints = EndpointDirectory(SampleAudit.snapshot)
    let services = ServiceDirectory(SampleAudit.snapshot, endpoints: endpoints)
    let checker = ConnectionChecker(
      resolver: ConnectionResolver(endpoints: endpoints, services: services)
    ) { connection in
      let egress =
        connection.source == SampleAudit.address("10.0.0.1")
        ? SampleAudit.open : SampleAudit.noPod
      return ConnectionDecision(
        egress: egress,
        ingress: connection.destinationPort == 3_306 ? SampleAudit.allowed : SampleAudit.denied)
    }
    let collected = Collected()
    var report = CheckReport(
      format, style: TextStyle(), policies: PolicyLocations(SampleAudit.policies),
      showsOnlyDifferences: onlyDifferences, to: collected.buffer())
    var summary = CheckSummary()
    report.begin()
    for row in ConnectionTable(Self.rows, file: "t.tsv").rows {
      let result = try checker.check(row)
      summary.add(result)
      report.add(result)
    }
    try report.finish(summary, digest: SampleAudit.digest)
    return collected
  }

  @Test(arguments: [
    (OutputFormat.text, "check.txt"), (.wide, "check-wide.txt"), (.json, "check.json"),
    (.ndjson, "check.ndjson"), (.csv, "check.csv"),
  ])
  func `each connection has its verdict and what decided, in every form`(
    _ format: OutputFormat, _ name: String
  ) throws {
    #expect(Snapshot.difference(of: try report(format).text, from: "reports/\(name)") == nil)
  }

  @Test func `differences alone can be shown`() throws {
    let lines = try report(.csv, onlyDifferences: true).lines
    #expect(lines.count == 3)
    #expect(lines[1].contains(",different,"))
  }
}
