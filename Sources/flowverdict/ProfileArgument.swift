import ArgumentParser
import ClusterModel
import FlowAudit

/// A profile and flags that overrule it: `cilium`, or `cilium+ipblock-matches-pods=yes`.
struct ProfileArgument {
  /// The name before the flags.
  var preset: String
  var named: NamedProfile

  /// - Throws: `ValidationError` where `text` names no profile, or no flag of one.
  init(_ text: some StringProtocol) throws {
    let parts = text.split(separator: "+", omittingEmptySubsequences: false).map { String($0) }
    guard var profile = Profile(named: parts[0]) else {
      throw ValidationError(ProfileOptions.unknownProfile(parts[0]))
    }
    for part in parts.dropFirst() {
      let words = part.split(separator: "=", omittingEmptySubsequences: false)
      guard let flag = Profile.flags.first(where: { $0.optionName == words[0] }) else {
        throw ValidationError(
          "there is no flag '\(words[0])'; there are "
            + Profile.flags.map(\.optionName).joined(separator: ", "))
      }
      guard words.count == 2, let answer = YesOrNo(rawValue: String(words[1])) else {
        throw ValidationError("write \(flag.optionName)=yes or \(flag.optionName)=no")
      }
      profile[keyPath: flag.keyPath] = answer == .yes
    }
    preset = parts[0]
    named = NamedProfile(String(text), profile)
  }
}

/// The value of `--compare-profiles`: `upstream,cilium`.
enum ProfilePairArgument {
  /// - Throws: `ValidationError` where `text` is not two different profiles.
  static func pair(_ text: String) throws -> ProfilePair {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ValidationError(
        "--compare-profiles takes two profiles, separated by a comma, as in upstream,cilium")
    }
    guard !parts.contains("") else {
      throw ValidationError(
        "--compare-profiles: there is no profile \(parts[0].isEmpty ? "before" : "after") the comma"
      )
    }
    let (first, second) = (try ProfileArgument(parts[0]), try ProfileArgument(parts[1]))
    // Presets of two names are worth a look also where they make the same choices: that is the answer.
    guard first.preset != second.preset || first.named.profile != second.named.profile else {
      throw ValidationError(
        parts[0] == parts[1]
          ? "--compare-profiles: \(parts[0]) cannot differ from itself"
          : "--compare-profiles: \(parts[0]) and \(parts[1]) make the same choices")
    }
    return ProfilePair(first.named, second.named)
  }
}
