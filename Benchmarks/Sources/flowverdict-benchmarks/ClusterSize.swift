import ArgumentParser

/// Pods and policies, as `10k/1k`.
struct ClusterSize: ExpressibleByArgument, Sendable, CustomStringConvertible {
  let pods: Int
  let policies: Int

  init(pods: Int, policies: Int) {
    self.pods = pods
    self.policies = policies
  }

  init?(argument: String) {
    let parts = argument.split(separator: "/")
    guard parts.count == 2, let pods = Self.number(parts[0]), let policies = Self.number(parts[1]),
      pods <= 7_000_000
    else { return nil }
    self.init(pods: pods, policies: policies)
  }

  /// The sizes that the published tables have.
  static let published = [
    ClusterSize(pods: 1000, policies: 100), ClusterSize(pods: 10_000, policies: 1000),
    ClusterSize(pods: 100_000, policies: 10_000), ClusterSize(pods: 1_000_000, policies: 100_000),
  ]

  private static func number(_ text: Substring) -> Int? {
    let factor: Int =
      switch text.last {
      case "k": 1000
      case "M": 1_000_000
      default: 1
      }
    guard let value = Int(factor == 1 ? text : text.dropLast()), value > 0, value < 1_000_000_000
    else { return nil }
    return value * factor
  }

  private static func text(_ number: Int) -> String {
    if number % 1_000_000 == 0 { return "\(number / 1_000_000)M" }
    return number % 1000 == 0 ? "\(number / 1000)k" : "\(number)"
  }

  var description: String { "\(Self.text(pods))/\(Self.text(policies))" }
}
