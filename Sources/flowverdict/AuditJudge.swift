import ClusterModel
import FlowAudit
import FlowTracking
import PolicyCompilation
import PolicyReference
import Reports

/// Judges flows by the compiled policies, by another profile where two are compared, and, under `--verify`, rule by rule.
final class AuditJudge {
  let auditor: FlowAuditor
  private let comparer: ProfileComparer?
  /// The same judgements from the table and from the evaluator, for each profile.
  private var verifications: [Verification] = []
  private struct Verification {
    var table: FlowAuditor
    var evaluator: FlowAuditor
  }
  /// The first pair of records that differ, under `--verify`.
  private(set) var firstDifference: String?
  private(set) var differenceCount = 0

  /// - Throws: ``CommandFailure`` where the policies cannot be compiled.
  ///
  /// - Parameter graceNanoseconds: how long DNS answers count beyond their time to live.
  init(
    _ input: ClusterInput, compared: NamedProfile?, verifies: Bool, graceNanoseconds: Int64
  ) throws {
    let compiled = try input.compile()
    let endpoints = EndpointDirectory(input.snapshot)
    let services = ServiceDirectory(input.snapshot, endpoints: endpoints)
    func evaluator(_ profile: Profile) -> ReferenceEvaluator {
      ReferenceEvaluator(input.snapshot, input.policies, profile: profile)
    }
    // The names of a destination change from flow to flow, too often to compile them: flows that hinge on a name are
    // judged rule by rule.
    func nameResolution(_ evaluator: @autoclosure () -> ReferenceEvaluator) -> NameResolution? {
      guard !input.policies.domainNamePatterns.isEmpty else { return nil }
      let evaluator = evaluator()
      return NameResolution(input.policies, graceNanoseconds: graceNanoseconds) {
        evaluator.evaluate($0, nameAnswers: $1)
      }
    }
    func auditor(_ compiled: CompiledPolicies) -> FlowAuditor {
      FlowAuditor(
        endpoints: endpoints, services: services, decide: { compiled.decision(for: $0) },
        nameResolution: nameResolution(evaluator(compiled.profile)))
    }
    func evaluating(_ profile: Profile) -> FlowAuditor {
      let reference = evaluator(profile)
      return FlowAuditor(
        endpoints: endpoints, services: services, decide: { reference.evaluate($0) },
        nameResolution: nameResolution(reference))
    }
    self.auditor = auditor(compiled)
    if verifies {
      verifications.append(
        Verification(table: self.auditor, evaluator: evaluating(input.profile.profile)))
    }
    guard let compared else {
      comparer = nil
      return
    }
    let second = auditor(try input.compile(for: compared.profile))
    comparer = ProfileComparer(
      ProfilePair(input.profile, compared), second: second, auditorForProfile: evaluating)
    if verifies {
      verifications.append(
        Verification(table: second, evaluator: evaluating(compared.profile)))
    }
  }

  /// - Parameter observations: what the captures say up to the flow's first packet, and perhaps later.
  func record(for flow: Flow, _ observations: CaptureObservations) -> VerdictRecord {
    let names = auditor.usesNames ? observations.names : nil
    var record = auditor.record(for: flow, names: names)
    for verification in verifications {
      verify(
        verification.table.record(for: flow, names: names),
        verification.evaluator.record(for: flow, names: names))
    }
    comparer?.compare(&record, names: names)
    return record
  }

  private func verify(_ record: VerdictRecord, _ reference: VerdictRecord) {
    guard !record.hasSameVerdict(as: reference) else { return }
    differenceCount += 1
    if firstDifference == nil {
      firstDifference =
        "  table:     \(record.jsonText)\n  evaluator: \(reference.jsonText)"
    }
  }
}
