import FlowAudit
import FlowTracking
import NetworkTypes
import Reports
import TestSupport
import Testing

struct FlowReportTests {
  private func report(_ format: OutputFormat) throws -> Collected {
    let collected = Collected()
    var report = FlowReport(
      format, style: TextStyle(), captures: ["node.pcap"], to: collected.buffer())
    report.begin()
    var late = SampleAudit.flow("10.0.0.1", 40_008, "10.0.0.2", 80, outcome: .established)
    late.isFirstSenderInitiator = false
    let ping = Flow(
      tuple: FiveTuple(
        source: SampleAudit.address("fd00::1"), destination: SampleAudit.address("fd00::2"),
        ipProtocol: .icmpv6), initiator: .inferred, forward: .init(packets: 1, bytes: 118),
      outcome: .unanswered)
    for flow in SampleAudit.flows.prefix(2) + [late, ping] { report.add(flow) }
    try report.finish(CaptureAccount(captures: [.init(file: "node.pcap", packets: 22)]))
    return collected
  }

  @Test(arguments: [
    (OutputFormat.text, "flows.txt"), (.wide, "flows-wide.txt"), (.json, "flows.json"),
    (.ndjson, "flows.ndjson"), (.csv, "flows.csv"),
  ])
  func `flows are told by their first sender, in every form`(
    _ format: OutputFormat, _ name: String
  ) throws {
    #expect(Snapshot.difference(of: try report(format).text, from: "reports/\(name)") == nil)
  }
}
