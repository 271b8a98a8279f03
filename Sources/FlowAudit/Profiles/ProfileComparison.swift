import ClusterModel
import NetworkTypes

/// What another profile says of a flow whose sides it judges differently.
///
/// An object, since few of many records have one.
public final class ProfileComparison: Sendable {
  /// What the user calls the other profile.
  public let profile: String
  public let verdict: Verdict
  public let egress: SideDecision
  public let ingress: SideDecision
  public let citations: RemarkCitations
  public let undecided: [UndecidedFact]
  /// The smallest sets of flags, as the command line names them, that take the first profile's answer to this one when
  /// they alone are changed; any one set is enough.
  public let decisiveFlags: [[String]]

  public init(
    profile: String, verdict: Verdict, egress: SideDecision, ingress: SideDecision,
    citations: RemarkCitations = RemarkCitations(), undecided: [UndecidedFact] = [],
    decisiveFlags: [[String]] = []
  ) {
    self.profile = profile
    self.verdict = verdict
    self.egress = egress
    self.ingress = ingress
    self.citations = citations
    self.undecided = undecided
    self.decisiveFlags = decisiveFlags
  }
}

extension ProfileComparison: Hashable {
  public static func == (left: ProfileComparison, right: ProfileComparison) -> Bool {
    left === right
      || left.profile == right.profile && left.verdict == right.verdict
        && left.egress == right.egress && left.ingress == right.ingress
        && left.citations == right.citations && left.undecided == right.undecided
        && left.decisiveFlags == right.decisiveFlags
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(verdict)
    hasher.combine(egress)
    hasher.combine(ingress)
    hasher.combine(decisiveFlags)
  }
}

/// A profile and what the user calls it.
public struct NamedProfile: Sendable, Hashable {
  public var name: String
  public var profile: Profile

  public init(_ name: String, _ profile: Profile) {
    self.name = name
    self.profile = profile
  }
}

/// Two profiles that an audit compares: verdicts are the first one's.
public struct ProfilePair: Sendable, Hashable {
  public var first: NamedProfile
  public var second: NamedProfile

  public init(_ first: NamedProfile, _ second: NamedProfile) {
    self.first = first
    self.second = second
  }

  /// The flags in which they differ.
  public var differingFlags: [Profile.Flag] {
    Profile.flags.filter {
      first.profile[keyPath: $0.keyPath] != second.profile[keyPath: $0.keyPath]
    }
  }
}
