import ClusterModel
import NetworkTypes

/// What another profile says of a flow whose sides it judges differently.
public struct ProfileComparison: Sendable, Hashable {
  /// What the user calls the other profile.
  public var profile: String
  public var verdict: Verdict
  public var egress: SideDecision
  public var ingress: SideDecision
  public var citations: RemarkCitations
  public var undecided: [UndecidedFact]
  /// The smallest sets of flags, as the command line names them, that take the first profile's answer to this one when
  /// they alone are changed; any one set is enough.
  public var decisiveFlags: [[String]]

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
