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
    /// `nil` for ``auditor``, whose record is there already.
    var table: FlowAuditor?
    var evaluator: FlowAuditor
  }
  private var capturedPods: CapturedPods?
  private var podsRevision = -1
  private var finalEvidence: CaptureEvidence?
  /// The first pair of records that differ, under `--verify`.
  private(set) var firstDifference: String?
  /// `nil` without `--verify`.
  private(set) var verification: AuditOverview.Verification?

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
      verification = AuditOverview.Verification()
      verifications.append(
        Verification(table: nil, evaluator: evaluating(input.profile.profile)))
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
    let evidence = evidence(observations)
    var record = auditor.record(for: flow, evidence: evidence)
    if !verifications.isEmpty {
      verification?.flows += 1
      let isSame = verifications.map { verification in
        verify(
          verification.table?.record(for: flow, evidence: evidence) ?? record,
          verification.evaluator.record(for: flow, evidence: evidence))
      }
      if isSame.contains(false) { verification?.different += 1 }
    }
    comparer?.compare(&record, evidence: evidence)
    return record
  }

  /// What the captures say so far, or in the end.
  private func evidence(_ observations: CaptureObservations) -> CaptureEvidence {
    if let finalEvidence { return finalEvidence }
    var evidence = CaptureEvidence(
      names: auditor.usesNames ? observations.names : nil, pods: pods(observations))
    guard observations.isFinished else { return evidence }
    evidence.places = observations.captures.map { CapturePlace($0.interfaces) }
    for capture in observations.captures {
      for (address, names) in capture.metadata.names {
        let known = evidence.recordedNames[address] ?? []
        evidence.recordedNames[address] = known + names.filter { !known.contains($0) }
      }
    }
    finalEvidence = evidence
    return evidence
  }

  /// The pods that the captures name so far.
  private func pods(_ observations: CaptureObservations) -> CapturedPods? {
    if podsRevision != observations.revision {
      podsRevision = observations.revision
      let seen = observations.pods
      capturedPods = seen.isEmpty ? nil : CapturedPods(seen, auditor.endpoints)
    }
    return capturedPods
  }

  /// What a reader should know about addresses, one sentence each.
  func notes(_ observations: CaptureObservations) -> [String] {
    auditor.notes + (pods(observations)?.contradictions(auditor.endpoints) ?? [])
  }

  /// - Returns: whether the two are the same.
  private func verify(_ record: VerdictRecord, _ reference: VerdictRecord) -> Bool {
    if record.hasSameVerdict(as: reference) { return true }
    if firstDifference == nil {
      firstDifference =
        "  table:     \(record.jsonText)\n  evaluator: \(reference.jsonText)"
    }
    return false
  }
}
