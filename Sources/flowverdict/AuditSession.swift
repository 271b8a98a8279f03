import FlowAudit
import FlowTracking
import Reports

/// Takes flows as they come and hands their records to every report.
final class AuditSession {
  let judge: AuditJudge
  /// What the captures say beside flows; filled while they are read.
  let observations = CaptureObservations()
  private let selection: RecordSelection
  private let gate: RecordSelection
  private var reports: [any AuditReport]
  /// Over all flows.
  private(set) var summary = AuditSummary()
  /// Over the flows that `--fail-on` counts.
  private(set) var gateSummary = AuditSummary()

  init(
    judge: AuditJudge, options: AuditOptions, digest: InputDigest, reports: [any AuditReport]
  ) {
    self.judge = judge
    selection = options.selection
    gate = options.gate
    self.reports = reports
    for index in self.reports.indices { self.reports[index].begin(digest: digest) }
  }

  func add(_ flow: Flow) {
    if flow.isLinkControl {
      summary.linkControl += 1
      return
    }
    let record = judge.record(for: flow, observations)
    summary.add(record)
    if gate.includes(record) { gateSummary.add(record) }
    guard selection.includes(record) else { return }
    for index in reports.indices { reports[index].add(record) }
  }

  func finish(_ overview: AuditOverview) throws {
    for index in reports.indices { try reports[index].finish(overview) }
  }
}
