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
  init(_ input: ClusterInput, compared: NamedProfile?, verifies: Bool) throws {
    let compiled = try input.compile()
    let auditor = FlowAuditor(input.snapshot, decide: { compiled.decision(for: $0) })
    self.auditor = auditor
    func evaluating(_ profile: Profile) -> FlowAuditor {
      let reference = ReferenceEvaluator(input.snapshot, input.policies, profile: profile)
      return FlowAuditor(
        endpoints: auditor.endpoints, services: auditor.services,
        decide: { reference.evaluate($0) })
    }
    if verifies {
      verifications.append(
        Verification(table: auditor, evaluator: evaluating(input.profile.profile)))
    }
    guard let compared else {
      comparer = nil
      return
    }
    let comparedPolicies = try input.compile(for: compared.profile)
    let second = FlowAuditor(
      endpoints: auditor.endpoints, services: auditor.services,
      decide: { comparedPolicies.decision(for: $0) })
    comparer = ProfileComparer(
      ProfilePair(input.profile, compared), second: second, auditorForProfile: evaluating)
    if verifies {
      verifications.append(
        Verification(table: second, evaluator: evaluating(compared.profile)))
    }
  }

  func record(for flow: Flow) -> VerdictRecord {
    var record = auditor.record(for: flow)
    for verification in verifications {
      verify(verification.table.record(for: flow), verification.evaluator.record(for: flow))
    }
    comparer?.compare(&record)
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
