import Foundation
import Testing

@testable import Manifests

/// The conformance suite of single mistakes: what is wrong, where, in which object and field, and nothing else.
@Suite struct InvalidManifestsTests {
  /// One line of an expect.tsv.
  struct Problem: Hashable, CustomStringConvertible {
    var line: String
    var column: String
    var object: String
    var field: String
    var kind: String

    var description: String { "\(line):\(column) \(object) \(field) \(kind)" }
  }

  /// What a reader says of its own accord, beside the suite's kinds.
  static let remarksOfOurOwn: Set<Finding.Kind> = [.assumedNamespace, .defaultNamespace]

  @Test func `every mistake of the suite is found at its place, and nothing else`() throws {
    guard let folder = SharedFolder.folder("conformance/invalid-manifests") else { return }
    let cases = SharedFolder.cases(in: folder)
    #expect(cases.count == 166)
    var problemCount = 0
    for name in cases {
      let expected = try Self.expectedProblems(folder.appending(path: name))
      problemCount += expected.count
      var loader = ManifestLoader()
      loader.load(path: folder.appending(path: name).appending(path: "manifest.yaml").path)
      let findings = loader.finish().findings.filter { !Self.remarksOfOurOwn.contains($0.kind) }
      let found = findings.enumerated().map { index, finding in
        let statesColumn = index < expected.count && expected[index].column != "-"
        return Problem(
          line: "\(finding.location?.line ?? 0)",
          column: statesColumn ? "\(finding.location?.column ?? 0)" : "-",
          object: finding.object, field: finding.field, kind: finding.kind.rawValue)
      }
      #expect(found == expected, "\(name): \(findings.map(\.description))")
    }
    #expect(problemCount == 177)
  }

  private static func expectedProblems(_ folder: URL) throws -> [Problem] {
    let text = try String(contentsOf: folder.appending(path: "expect.tsv"), encoding: .utf8)
    return text.split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let kind = cells[4].split(separator: ":")[0]
      return Problem(
        line: cells[0], column: cells[1], object: cells[2], field: cells[3], kind: String(kind))
    }
  }
}
