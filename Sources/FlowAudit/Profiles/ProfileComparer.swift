import ClusterModel
import FlowTracking
import NetworkTypes

/// Sets the records of one profile against those of another, and finds the flags that make the difference.
///
/// Not thread-safe: answers are remembered.
public final class ProfileComparer {
  /// Judges flows by any profile that lies between the two.
  public typealias AuditorForProfile = (Profile) -> FlowAuditor

  private let pair: ProfilePair
  private let second: FlowAuditor
  private let auditorForProfile: AuditorForProfile
  /// Sets of indices of ``ProfilePair/differingFlags``, smallest first, without the empty one.
  private let flagSets: [[Int]]
  private let flags: [Profile.Flag]
  private var auditors: [Profile: FlowAuditor] = [:]
  private var known: [Question: [[Int]]] = [:]
  private static let maximumKnownCount = 1 << 16

  /// Flows with the same answer in both profiles and the same ends get the same flags.
  private struct Question: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var ipProtocol: IPProtocol
    var port: UInt16
    var service: Flow.ServiceUse?
    var first: Answer
    var second: Answer
  }

  /// All that is compared of a record.
  private struct Answer: Hashable {
    var verdict: Verdict
    var egress: Verdict
    var ingress: Verdict

    init(_ record: VerdictRecord) {
      verdict = record.verdict
      egress = record.egress.verdict
      ingress = record.ingress.verdict
    }
  }

  /// - Parameters:
  ///   - second: judges by the pair's second profile.
  ///   - auditorForProfile: is asked at most once for each profile that has some of the second one's flags.
  public init(
    _ pair: ProfilePair, second: FlowAuditor, auditorForProfile: @escaping AuditorForProfile
  ) {
    self.pair = pair
    self.second = second
    self.auditorForProfile = auditorForProfile
    flags = pair.differingFlags
    let count = pair.differingFlags.count
    let sets: [[Int]] = (1..<max(1, 1 << count)).map { bits in
      (0..<count).filter { bits >> $0 & 1 == 1 }
    }
    flagSets = sets.sorted { left, right in
      left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }
  }

  /// Adds to `record`, which is the first profile's, what the second says, where any side differs.
  ///
  /// - Complexity: O(1) where the profiles agree; else, once for each pair of ends, up to 2^n verdicts in the number n of
  ///   flags in which the profiles differ.
  public func compare(_ record: inout VerdictRecord, evidence: CaptureEvidence = CaptureEvidence())
  {
    let other = second.record(for: record.flow, evidence: evidence)
    let (answer, otherAnswer) = (Answer(record), Answer(other))
    guard answer != otherAnswer else { return }
    let sets = decisiveSets(record.flow, evidence, answer, otherAnswer)
    var comparison = ProfileComparison(
      profile: pair.second.name, verdict: other.verdict, egress: other.egress,
      ingress: other.ingress,
      citations: other.citations, undecided: other.undecided,
      decisiveFlags: sets.map { $0.map { flags[$0].optionName } })
    let ruleIDs = Set(sets.flatMap { $0.flatMap { flags[$0].ruleIDs } }).sorted()
    if answer.egress != otherAnswer.egress {
      record.egress.remarks.insert(.profileDependent)
      Self.cite(ruleIDs, in: &record.citations.egress)
      comparison.egress.remarks.insert(.profileDependent)
      Self.cite(ruleIDs, in: &comparison.citations.egress)
    }
    if answer.ingress != otherAnswer.ingress {
      record.ingress.remarks.insert(.profileDependent)
      Self.cite(ruleIDs, in: &record.citations.ingress)
      comparison.ingress.remarks.insert(.profileDependent)
      Self.cite(ruleIDs, in: &comparison.citations.ingress)
    }
    record.comparison = comparison
  }

  private static func cite(_ ruleIDs: [String], in remarks: inout [CitedRemark]) {
    remarks.append(CitedRemark(.profileDependent, ruleIDs))
    remarks.sort { $0.remark < $1.remark }
  }

  /// The smallest sets of flags that give the second profile's answer; never empty, since all flags together do.
  private func decisiveSets(
    _ flow: Flow, _ evidence: CaptureEvidence, _ first: Answer, _ second: Answer
  ) -> [[Int]] {
    let question = Question(
      source: flow.tuple.source, destination: flow.tuple.destination,
      ipProtocol: flow.tuple.ipProtocol, port: flow.tuple.destinationPort, service: flow.service,
      first: first, second: second)
    if let sets = known[question] { return sets }
    var sets: [[Int]] = []
    for set in flagSets {
      if let smallest = sets.first, set.count > smallest.count { break }
      if set.count == flags.count
        || Answer(auditor(setting: set).record(for: flow, evidence: evidence)) == second
      {
        sets.append(set)
      }
    }
    if known.count >= Self.maximumKnownCount { known.removeAll(keepingCapacity: true) }
    known[question] = sets
    return sets
  }

  private func auditor(setting set: [Int]) -> FlowAuditor {
    var profile = pair.first.profile
    for index in set {
      let keyPath = flags[index].keyPath
      profile[keyPath: keyPath] = pair.second.profile[keyPath: keyPath]
    }
    if let auditor = auditors[profile] { return auditor }
    let auditor = auditorForProfile(profile)
    auditors[profile] = auditor
    return auditor
  }
}
