import FlowAudit
import Reports
import TestSupport
import Testing

struct AuditReportTests {
  private func expect(_ collected: Collected, equals name: String) {
    #expect(Snapshot.difference(of: collected.text, from: "reports/\(name)") == nil)
  }

  @Test func `text opens with inputs and counts, then contradictions, then all flows`() throws {
    expect(try SampleAudit.report(.text), equals: "audit.txt")
  }

  @Test func `wide adds counters, times, both sides and places in files`() throws {
    expect(try SampleAudit.report(.wide), equals: "audit-wide.txt")
  }

  @Test(arguments: [Aggregation.flow, .workload, .namespace])
  func `flows are put together as asked`(_ aggregation: Aggregation) throws {
    expect(
      try SampleAudit.report(.text, SampleAudit.layout(aggregation: aggregation)),
      equals: "audit-\(aggregation.rawValue).txt")
  }

  @Test func `on a terminal verdicts are coloured and the last column is wrapped`() throws {
    let style = TextStyle(hasColor: true, width: 100)
    expect(
      try SampleAudit.report(.text, SampleAudit.layout(style: style)), equals: "audit-colour.txt")
  }

  @Test func `an incomplete, interrupted or curtailed run says so before its counts`() throws {
    let report = try SampleAudit.report(.text) { overview in
      overview.run.captures[0].isComplete = false
      overview.run.captures[0].problems = ["packet 52: the record claims \u{1b}[31m bytes"]
      overview.run.packetsWithoutFlow[1].count = 1
      overview.run.isInterrupted = true
      overview.leftOut = ["policies.yaml:9:3: NetworkPolicy shop/bad: port 70000"]
      overview.notes = ["10.0.0.9 is the address of shop/a and shop/b"]
    }
    expect(report, equals: "audit-incomplete.txt")
  }

  @Test func `a selection says how many flows it shows, and a limit how many lines it hides`()
    throws
  {
    let selection = RecordSelection(kinds: [.denied, .undecided], namespaces: ["shop"])
    expect(
      try SampleAudit.report(.text, SampleAudit.layout(limit: 2), selection: selection),
      equals: "audit-selection.txt")
  }

  @Test func `a selection without any flow says so`() throws {
    let report = try SampleAudit.report(
      .text, selection: RecordSelection(namespaces: ["elsewhere"]))
    #expect(report.lines.suffix(2) == ["FLOWS (0 of 7): none", ""])
  }

  @Test func `json is one document with the flows, the summary and the inputs`() throws {
    expect(try SampleAudit.report(.json), equals: "audit.json")
  }

  @Test func `ndjson is one record a line, in the order of time`() throws {
    expect(try SampleAudit.report(.ndjson), equals: "audit.ndjson")
  }

  @Test func `csv has a header and one line a record`() throws {
    expect(try SampleAudit.report(.csv), equals: "audit.csv")
  }

  @Test(arguments: SortKey.allCases)
  func `machine forms can be sorted and limited`(_ sort: SortKey) throws {
    let all = try SampleAudit.report(.csv, SampleAudit.layout(sort: sort)).lines
    let first = try SampleAudit.report(.csv, SampleAudit.layout(sort: sort, limit: 3)).lines
    #expect(all.count == SampleAudit.flows.count + 2)
    #expect(Array(all.prefix(4)) == Array(first.prefix(4)))
    #expect(first.count == 5)
    #expect(Set(all).count == all.count)
  }

  @Test func `sorted by verdict, what needs attention comes first`() throws {
    let lines = try SampleAudit.report(.csv, SampleAudit.layout(sort: .verdict)).lines
    let verdicts = lines.dropFirst().dropLast().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return "\(fields[20]) \(fields[22])"
    }
    #expect(
      verdicts == [
        "denied unenforced", "denied ", "undecided ", "allowed unanswered", "allowed ", "allowed ",
        "not_evaluated ",
      ])
  }

  @Test func `a report whose output fails throws what stopped it`() {
    struct Full: Error {}
    let buffer = ReportBuffer { _ in throw Full() }
    var report = OutputFormat.csv.auditReport(SampleAudit.layout(), to: buffer)
    report.begin(digest: SampleAudit.digest)
    #expect(throws: Full.self) {
      try report.finish(
        AuditOverview(
          run: CaptureAccount(captures: []),
          cluster: ClusterCounts(SampleAudit.snapshot, SampleAudit.policies),
          digest: SampleAudit.digest, summary: AuditSummary()))
    }
  }
}
