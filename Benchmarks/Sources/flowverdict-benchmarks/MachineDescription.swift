import Foundation

/// Where a run took place, for its record.
struct MachineDescription {
  let processor: String
  let processorCount: Int
  let kernel: String
  let memory: String
  /// Load averages at the time of asking.
  let load: String

  static var current: MachineDescription {
    func text(_ path: String) -> String {
      (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
    func value(_ key: String, in path: String) -> String {
      text(path).split(separator: "\n").first { $0.hasPrefix(key) }
        .flatMap { $0.split(separator: ":").dropFirst().first }
        .map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }
    return MachineDescription(
      processor: value("model name", in: "/proc/cpuinfo"),
      processorCount: ProcessInfo.processInfo.activeProcessorCount,
      // What follows the version names a build, which tells nobody anything.
      kernel: String(text("/proc/sys/kernel/osrelease").prefix { $0.isNumber || $0 == "." }),
      memory: value("MemTotal", in: "/proc/meminfo"),
      load: text("/proc/loadavg").split(separator: " ").prefix(3).joined(separator: " "))
  }

  var fields: [String: Any] {
    [
      "processor": processor, "processors": processorCount, "kernel": kernel, "memory": memory,
      "load": load, "time": ISO8601DateFormatter().string(from: Date()),
    ]
  }
}
