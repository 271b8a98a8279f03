import Foundation

/// The captures of other projects with their expected flows, beside the package; absent in a plain clone.
enum PublicCaptures {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/captures-public")

  /// One line of a `.flows.tsv`.
  struct ExpectedFlow: Hashable, CustomStringConvertible {
    var fields: [String]
    var description: String { fields.joined(separator: " ") }
  }

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    let suffix = ".flows.tsv"
    if files.isEmpty { print("SKIPPED: no public captures at \(folder.path())") }
    return files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
  }()

  static func path(_ name: String) -> String { folder.appending(path: name).path() }

  static func expectedFlows(_ name: String) throws -> [ExpectedFlow] {
    try lines(name).filter { !$0.hasPrefix("#") }.map {
      ExpectedFlow(fields: $0.split(separator: "\t").map(String.init))
    }
  }

  /// The `key=value` numbers of the line of counts.
  static func expectedCounts(_ name: String) throws -> [String: Int] {
    let line = try lines(name).first { $0.hasPrefix("# packets=") } ?? ""
    var counts: [String: Int] = [:]
    for word in line.split(separator: " ") {
      let parts = word.split(separator: "=")
      if parts.count == 2 { counts[String(parts[0])] = Int(parts[1]) }
    }
    return counts
  }

  private static func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: path(name) + ".flows.tsv", encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }
}
