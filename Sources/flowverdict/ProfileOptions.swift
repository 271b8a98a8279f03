import ArgumentParser
import ClusterModel
import FlowAudit

/// `--ipblock-matches-pods no`.
enum YesOrNo: String, ExpressibleByArgument, CaseIterable {
  case yes
  case no
}

/// Where implementations differ (semantics 2.4): a profile, and single flags that overrule it.
struct ProfileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Whose choices verdicts follow where the API is silent: \
      \(Profile.presets.map(\.name).joined(separator: ", ")). (default: upstream)
      """, valueName: "name"))
  var profile: String?

  @Option(
    help: ArgumentHelp(
      """
      Whether an ipBlock matches the addresses of pods: yes as in upstream's tests, Calico, Antrea and OVN-Kubernetes, \
      no as in Cilium. (default: as --profile, yes in upstream)
      """, valueName: "yes|no"))
  var ipblockMatchesPods: YesOrNo?

  @Option(
    help: ArgumentHelp(
      "Whether an ipBlock matches the addresses of nodes. (default: as --profile, yes in upstream)",
      valueName: "yes|no"))
  var ipblockMatchesNodes: YesOrNo?

  @Option(
    help: ArgumentHelp(
      "Whether a pod may always reach its own node. (default: as --profile, no in upstream)",
      valueName: "yes|no"))
  var allowEgressToOwnNode: YesOrNo?

  @Option(
    help: ArgumentHelp(
      """
      Whether a NetworkPolicy rule without ports matches ICMP and other protocols. (default: as --profile, yes in \
      upstream)
      """, valueName: "yes|no"))
  var portlessRuleMatchesOtherProtocols: YesOrNo?

  @Option(
    help: ArgumentHelp(
      """
      Whether isolation by a NetworkPolicy applies to ICMP and other protocols. (default: as --profile, yes in upstream)
      """, valueName: "yes|no"))
  var isolationAppliesToOtherProtocols: YesOrNo?

  @Option(
    help: ArgumentHelp(
      """
      Whether a NetworkPolicy of one direction leaves the other one to the Baseline tier. (default: as --profile, yes in \
      upstream)
      """, valueName: "yes|no"))
  var networkpolicyIsolationIsPerDirection: YesOrNo?

  @Option(
    help: ArgumentHelp(
      """
      Whether a pod that reaches itself through a Service is subject to the Admin and Baseline tiers. (default: as \
      --profile, yes in upstream)
      """, valueName: "yes|no"))
  var hairpinIsSubjectToAdminTiers: YesOrNo?

  func validate() throws {
    if let profile, Profile(named: profile) == nil {
      throw ValidationError(Self.unknownProfile(profile))
    }
  }

  /// Whether nothing was asked for that is not the default.
  var isEmpty: Bool {
    profile == nil && flags.allSatisfy { $0 == nil }
  }

  private var flags: [YesOrNo?] {
    [
      ipblockMatchesPods, ipblockMatchesNodes, allowEgressToOwnNode,
      portlessRuleMatchesOtherProtocols, isolationAppliesToOtherProtocols,
      networkpolicyIsolationIsPerDirection, hairpinIsSubjectToAdminTiers,
    ]
  }

  static func unknownProfile(_ name: String) -> String {
    "there is no profile '\(name)'; there are "
      + Profile.presets.map(\.name).joined(separator: ", ")
  }

  /// The profile with the flags that were given, under the name that ``ProfileArgument`` reads.
  var named: NamedProfile { Self.named(value, after: profile ?? "upstream") }

  /// `profile` under the name of the preset with its choices; where several have them, or none, as ``named(_:after:)``.
  static func named(_ profile: Profile) -> NamedProfile {
    let presets = Profile.presets.filter { $0.profile == profile }
    return named(profile, after: presets.count == 1 ? presets[0].name : "upstream")
  }

  /// `profile` under the name of a preset, and the flags in which it differs from that.
  private static func named(_ profile: Profile, after name: String) -> NamedProfile {
    let base = Profile(named: name) ?? .upstream
    let changes = Profile.flags.compactMap { flag -> String? in
      let isOn = profile[keyPath: flag.keyPath]
      guard isOn != base[keyPath: flag.keyPath] else { return nil }
      return "+\(flag.optionName)=\(isOn ? YesOrNo.yes : .no)"
    }
    return NamedProfile(name + changes.joined(), profile)
  }

  /// The profile with the flags that were given.
  var value: Profile {
    var result = profile.flatMap { Profile(named: $0) } ?? .upstream
    func set(_ flag: WritableKeyPath<Profile, Bool>, _ answer: YesOrNo?) {
      if let answer { result[keyPath: flag] = answer == .yes }
    }
    set(\.ipBlockMatchesPods, ipblockMatchesPods)
    set(\.ipBlockMatchesNodes, ipblockMatchesNodes)
    set(\.allowsEgressToOwnNode, allowEgressToOwnNode)
    set(\.portlessRuleMatchesOtherProtocols, portlessRuleMatchesOtherProtocols)
    set(\.isolationAppliesToOtherProtocols, isolationAppliesToOtherProtocols)
    set(\.networkPolicyIsolationIsPerDirection, networkpolicyIsolationIsPerDirection)
    set(\.hairpinIsSubjectToAdminTiers, hairpinIsSubjectToAdminTiers)
    return result
  }
}
