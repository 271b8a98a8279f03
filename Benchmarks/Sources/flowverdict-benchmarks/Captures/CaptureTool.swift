import Foundation

/// Another program that reads captures.
struct CaptureTool {
  /// Packets and flows, as far as the program tells.
  struct Counts: Equatable {
    var packets: Int?
    var flows: Int?
  }

  let name: String
  /// What the program does with a packet, for the table.
  let work: String
  /// A path, or a name to be looked for in PATH.
  let program: String
  let arguments: (_ capture: String, _ folder: String) -> [String]
  /// Reads the counts from the program's output, or from what it left in the folder.
  let counts: (_ output: String, _ folder: String) -> Counts
  /// The program reads only so many packets, because it is slow; `nil`: all.
  var packetLimit: Int?

  /// The number that follows `label` in `text`.
  static func number(after label: String, in text: String) -> Int? {
    guard let range = text.range(of: label) else { return nil }
    let digits = text[range.upperBound...].drop { $0 == " " || $0 == "\t" }.prefix { $0.isNumber }
    return Int(digits)
  }

  /// The whole way: manifests, compilation, packets, verdicts, and a report of every flow.
  static func audit(program: String, manifests: String) -> CaptureTool {
    CaptureTool(
      name: "flowverdict audit", work: "dump and capture to report", program: program,
      arguments: { capture, folder in
        [
          "audit", capture, "--cluster", manifests, "--jobs", "1", "--quiet", "-o",
          "csv=\(folder)/audit.csv",
        ]
      },
      counts: { _, folder in
        let report = FileManager.default.contents(atPath: folder + "/audit.csv")
        // The first line names the columns.
        return Counts(flows: report.map { $0.count { $0 == UInt8(ascii: "\n") } - 1 })
      })
  }

  /// The programs that are compared, the fastest kind first.
  static func peers(libpcapLoop: String?) -> [CaptureTool] {
    var tools: [CaptureTool] = []
    if let libpcapLoop {
      tools.append(
        CaptureTool(
          name: "libpcap", work: "reads, nothing else", program: libpcapLoop,
          arguments: { capture, _ in [capture] },
          counts: { output, _ in Counts(packets: number(after: "packets", in: output)) }))
    }
    tools += [
      CaptureTool(
        name: "tcpdump", work: "copies to /dev/null", program: "tcpdump",
        arguments: { capture, _ in ["-r", capture, "-w", "/dev/null"] },
        counts: { _, _ in Counts() }),
      CaptureTool(
        name: "softflowd", work: "flows", program: "softflowd",
        arguments: { capture, _ in
          ["-r", capture, "-m", "300000", "-n", "127.0.0.1:9995", "-v", "9", "-d"]
        },
        counts: { output, _ in
          Counts(
            packets: number(after: "Packets processed:", in: output),
            flows: number(after: "Flows expired:", in: output))
        }),
      CaptureTool(
        name: "nfpcapd", work: "flows of one direction", program: "nfpcapd",
        arguments: { capture, folder in ["-r", capture, "-w", folder, "-t", "3600"] },
        counts: { output, _ in
          Counts(
            packets: number(after: "Packets:", in: output),
            flows: number(after: "Flows:", in: output))
        }),
      CaptureTool(
        name: "argus", work: "flow records", program: "argus",
        arguments: { capture, folder in ["-r", capture, "-w", folder + "/argus.out"] },
        counts: { _, folder in
          let count = try? CaptureToolRun("racount", ["-r", folder + "/argus.out"]).output
          let fields = count?.split(separator: "\n").last?.split(separator: " ") ?? []
          return Counts(
            packets: fields.count > 2 ? Int(fields[2]) : nil,
            flows: fields.count > 1 ? Int(fields[1]) : nil)
        }),
      CaptureTool(
        name: "tshark", work: "conversations", program: "tshark",
        arguments: { capture, _ in
          ["-c", "500000", "-q", "-z", "conv,tcp", "-z", "conv,udp", "-r", capture]
        },
        counts: { output, _ in
          Counts(flows: output.split(separator: "\n").count { $0.contains("<->") })
        }, packetLimit: 500_000),
    ]
    return tools
  }
}

/// One run of another program, until its end.
struct CaptureToolRun {
  let output: String
  /// Nanoseconds of processor time, of the program and what it started.
  let cpuNanoseconds: Int64
  let wallNanoseconds: Int64
  /// Most memory that was seen; only where asked for.
  private(set) var peakByteCount: Int?

  /// - Throws: ``BenchmarkError`` where the program cannot be started, or fails.
  init(_ program: String, _ arguments: [String], watchesMemory: Bool = false) throws {
    let process = Process()
    guard let path = Self.path(of: program) else {
      throw BenchmarkError("\(program) is not installed")
    }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let log = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).log")
    guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
      throw BenchmarkError("\(log.path) cannot be written")
    }
    defer { try? FileManager.default.removeItem(at: log) }
    let handle = try FileHandle(forWritingTo: log)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    let before = Self.childNanoseconds()
    let clock = ContinuousClock()
    let start = clock.now
    try process.run()
    while watchesMemory, process.isRunning {
      peakByteCount = Self.peak(of: process.processIdentifier) ?? peakByteCount
      usleep(20_000)
    }
    process.waitUntilExit()
    wallNanoseconds = Int64((clock.now - start) / .nanoseconds(1))
    cpuNanoseconds = Self.childNanoseconds() - before
    output = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    guard process.terminationStatus == 0 else {
      let last = output.split(separator: "\n").last.map(String.init) ?? ""
      throw BenchmarkError("\(program) ended with \(process.terminationStatus): \(last)")
    }
  }

  /// Where a program is; Debian keeps servers in folders that are not in every user's PATH.
  static func path(of program: String) -> String? {
    if program.contains("/") { return program }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return (folders.map(String.init) + ["/usr/sbin", "/sbin"]).map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Processor time of all ended children.
  private static func childNanoseconds() -> Int64 {
    var usage = rusage()
    // Safe: the pointer is to a local value for the length of the call.
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Int64($1.tv_sec) * 1_000_000_000 + Int64($1.tv_usec) * 1000
    }
  }

  private static func peak(of process: Int32) -> Int? {
    let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    return status.flatMap { CaptureTool.number(after: "VmHWM:", in: $0) }.map { $0 * 1024 }
  }
}
