import Foundation

/// The part of README between two comments, which shows a run's tables and names the run's folder.
///
/// ```
/// <!-- figures of Benchmarks/runs/2026-11-23-amd-epyc-2core -->
/// ...
/// <!-- end of figures -->
/// ```
public struct ReadmeTables: Sendable {
  private static let start = "<!-- figures of "
  private static let startEnd = " -->"
  private static let end = "<!-- end of figures -->"

  /// The run's folder, as README names it.
  public let folder: String
  /// What stands between the comments, without the line ends next to them.
  public let text: String
  private let before: Substring
  private let after: Substring

  /// - Returns: `nil` for a README without both comments.
  public init?(readme: String) {
    guard let start = readme.range(of: Self.start),
      let startEnd = readme.range(of: Self.startEnd, range: start.upperBound..<readme.endIndex),
      let end = readme.range(of: Self.end, range: startEnd.upperBound..<readme.endIndex)
    else { return nil }
    folder = String(readme[start.upperBound..<startEnd.lowerBound])
    text = readme[startEnd.upperBound..<end.lowerBound].trimmingCharacters(in: .newlines)
    before = readme[..<start.lowerBound]
    after = readme[end.upperBound...]
  }

  /// README with another run's tables in place of these.
  public func readme(showing text: String, of folder: String) -> String {
    "\(before)\(Self.start)\(folder)\(Self.startEnd)\n\n\(text)\n\n\(Self.end)\(after)"
  }
}
