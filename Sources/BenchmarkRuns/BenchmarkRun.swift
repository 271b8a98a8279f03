import Foundation

/// A folder of Benchmarks/runs: what the benchmarks of one day and machine printed and wrote.
public struct BenchmarkRun: Sendable {
  private let parts: [String: RunPart]

  /// - Throws: ``BenchmarkRunError`` where the folder has no part, or one that is not what a benchmark writes.
  public init(folder: String) throws(BenchmarkRunError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var parts: [String: RunPart] = [:]
    for name in names where name.hasSuffix(".json") {
      let path = "\(folder)/\(name)"
      guard let bytes = FileManager.default.contents(atPath: path) else {
        throw BenchmarkRunError("\(path) cannot be read")
      }
      parts[String(name.dropLast(".json".count))] = try RunPart(bytes, path: path)
    }
    guard !parts.isEmpty else { throw BenchmarkRunError("\(folder) holds no run") }
    self.parts = parts
  }

  /// For tests: parts by name, each as JSON.
  public init(parts: [String: String]) throws(BenchmarkRunError) {
    var read: [String: RunPart] = [:]
    for (name, text) in parts { read[name] = try RunPart(Data(text.utf8), path: name) }
    self.parts = read
  }

  /// What one benchmark gave; `nil` where the run has no such part.
  public func part(_ name: String) -> RunPart? { parts[name] }
}

/// Why a folder is not a run.
public struct BenchmarkRunError: Error, Hashable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// The figures of one benchmark: a table, whose rows are named by what was measured on (a cluster, a capture) and the task.
public struct RunPart: Sendable {
  private struct Row: Sendable {
    var subject: String
    var task: String
    var values: [String: Double]
  }

  private let rows: [Row]

  init(_ bytes: Data, path: String) throws(BenchmarkRunError) {
    guard let root = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any],
      let figures = root["figures"] as? [[String: Any]]
    else { throw BenchmarkRunError("\(path) is not what a benchmark writes") }
    var rows: [Row] = []
    for figure in figures {
      guard let subject = figure["cluster"] as? String, let task = figure["task"] as? String else {
        throw BenchmarkRunError("\(path): a row without a name")
      }
      rows.append(
        Row(subject: subject, task: task, values: figure.compactMapValues { $0 as? Double }))
    }
    self.rows = rows
  }

  /// Clusters, captures or files, in their order.
  public var subjects: [String] {
    rows.reduce(into: []) { if !$0.contains($1.subject) { $0.append($1.subject) } }
  }

  /// The subject of a size such as `10k/1k`; `nil` where it was not measured.
  public func subject(ofSize size: String) -> String? {
    subjects.first { $0.hasPrefix("\(size) ") }
  }

  /// Tasks of a subject, in their order.
  public func tasks(_ subject: String) -> [String] {
    rows.filter { $0.subject == subject }.map(\.task)
  }

  /// A figure, by the column's title; `nil` where there is none.
  public func value(_ subject: String, _ task: String, _ column: String) -> Double? {
    rows.first { $0.subject == subject && $0.task == task }?.values[column]
  }
}
