import ArgumentParser
import ClusterModel

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
      \(Profile.presets.map(\.name).joined(separator: ", ")).
      """, valueName: "name"))
  var profile = "upstream"

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
    if Profile(named: profile) == nil {
      throw ValidationError(
        "there is no profile '\(profile)'; there are "
          + Profile.presets.map(\.name).joined(separator: ", "))
    }
  }

  /// Whether nothing was asked for that is not the default.
  var isEmpty: Bool {
    let flags = [
      ipblockMatchesPods, ipblockMatchesNodes, allowEgressToOwnNode,
      portlessRuleMatchesOtherProtocols, isolationAppliesToOtherProtocols,
      networkpolicyIsolationIsPerDirection, hairpinIsSubjectToAdminTiers,
    ]
    return profile == "upstream" && flags.allSatisfy { $0 == nil }
  }

  /// The profile with the flags that were given.
  var value: Profile {
    var result = Profile(named: profile) ?? .upstream
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
