import Foundation
import Testing

/// What README shows is what the program prints.
struct ReadmeTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// A block of README that starts with a command line.
  private struct Example {
    var command: String
    var output: String
    var lines: Range<Int>
  }

  private static func examples(in lines: [String]) -> [Example] {
    var examples: [Example] = []
    var index = 0
    while index < lines.count {
      if lines[index] == "```console", index + 1 < lines.count {
        let end = lines[index...].firstIndex(of: "```") ?? lines.count
        let output = lines[index + 2..<end].map { $0 + "\n" }.joined()
        examples.append(
          Example(
            command: lines[index + 1], output: output, lines: index + 2..<end))
        index = end
      }
      index += 1
    }
    return examples
  }

  @Test func `every console block of README is what its command prints`() throws {
    let file = Self.root.appending(path: "README.md")
    var lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    let examples = Self.examples(in: lines)
    try #require(examples.count >= 4)
    for example in examples.reversed() {
      try #require(example.command.hasPrefix("$ flowverdict "))
      let arguments = example.command.dropFirst("$ flowverdict ".count).split(separator: " ")
      let run = try Flowverdict.run(arguments.map(String.init), folder: Self.root)
      #expect(run.status == 0, "\(example.command)\n\(run.errors)")
      if ProcessInfo.processInfo.environment["FLOWVERDICT_RECORD_SNAPSHOTS"] == "1" {
        lines.replaceSubrange(
          example.lines, with: run.output.components(separatedBy: "\n").dropLast())
      } else {
        #expect(run.output == example.output, "\(example.command)")
      }
    }
    if ProcessInfo.processInfo.environment["FLOWVERDICT_RECORD_SNAPSHOTS"] == "1" {
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
    }
  }
}
