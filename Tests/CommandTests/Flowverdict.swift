import Foundation
import SyntheticCluster
import TestSupport

/// Runs the built program as a user would, in the folder of its fixtures.
enum Flowverdict {
  struct Run {
    var status: Int32
    var output: String
    var errors: String
  }

  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/commands")

  /// The program beside the running tests.
  private static var program: URL {
    get throws {
      let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "flowverdict")
      guard FileManager.default.isExecutableFile(atPath: program.path) else {
        throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: program.path])
      }
      return program
    }
  }

  /// The sanitizer that tests and program were built with, as `Scripts/test --sanitize` says.
  static let sanitizer = ProcessInfo.processInfo.environment["FLOWVERDICT_SANITIZER"]

  /// Nothing of the caller's environment, so that its terminal does not count, but what sanitizers read.
  private static let environment = ProcessInfo.processInfo.environment.filter {
    ["ASAN_OPTIONS", "TSAN_OPTIONS", "SWIFT_BACKTRACE"].contains($0.key)
  }

  /// What the program writes, and its exit code; it gets `input` on standard input and runs in `folder`.
  static func run(
    _ arguments: [String], input: [UInt8] = [], folder: URL = fixtures
  ) throws -> Run {
    try run(arguments, folder: folder) { scratch, process in
      let file = scratch.appending(path: "in")
      try Data(input).write(to: file)
      process.standardInput = try FileHandle(forReadingFrom: file)
      try process.run()
    }
  }

  /// The same with a signal after `input` was read, while the program waits for more.
  ///
  /// - Parameter input: more than a pipe holds, so that it cannot be written before the program reads.
  static func runInterrupted(
    _ arguments: [String], input: [UInt8], signal: Int32 = SIGINT
  ) throws -> Run {
    let pipe = Pipe()
    return try run(arguments, folder: fixtures) { _, process in
      process.standardInput = pipe
      try process.run()
      try pipe.fileHandleForWriting.write(contentsOf: Data(input))
      kill(process.processIdentifier, signal)
    }
  }

  /// A run whose input and output are pipes.
  struct StreamingRun {
    var status: Int32
    var output: Data
    /// Most memory that was seen while the input was written.
    var peakByteCount: Int
    /// The stream after its last piece.
    var stream: SoakStream
  }

  /// Runs the program on a stream that is made while it reads.
  static func runStreaming(_ arguments: [String], _ stream: SoakStream) throws -> StreamingRun {
    let process = Process()
    process.executableURL = try program
    process.arguments = arguments
    process.currentDirectoryURL = fixtures
    process.environment = environment
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let reader = Thread.detachedReader(output.fileHandleForReading)
    var stream = stream
    var peak = 0
    while let piece = stream.makePiece() {
      try input.fileHandleForWriting.write(contentsOf: Data(piece))
      peak = memory(of: process.processIdentifier) ?? peak
    }
    try input.fileHandleForWriting.close()
    let bytes = reader()
    process.waitUntilExit()
    return StreamingRun(
      status: process.terminationStatus, output: bytes, peakByteCount: peak, stream: stream)
  }

  /// Most memory that a process has used.
  private static func memory(of process: Int32) -> Int? {
    let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 << 10 }
  }

  /// What a script of bash writes, which finds the program as `$flowverdict`, and its exit code.
  static func bash(_ script: String, folder: URL = fixtures) throws -> Run {
    let path = try program.path
    return try run(["-c", script], of: "/bin/bash", folder: folder, ["flowverdict": path]) {
      _, process in
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }
  }

  private static func run(
    _ arguments: [String], of executable: String? = nil, folder: URL,
    _ variables: [String: String] = [:], start: (URL, Process) throws -> Void
  ) throws -> Run {
    try Scratch.with { scratch in
      let process = Process()
      process.executableURL = try executable.map { URL(filePath: $0) } ?? program
      process.arguments = arguments
      process.currentDirectoryURL = folder
      process.environment = environment.merging(variables) { _, new in new }
      // Files rather than pipes: no output can be so long that the program waits for us.
      let streams = try ["out", "err"].map { name in
        let file = scratch.appending(path: name)
        try Data().write(to: file)
        return file
      }
      process.standardOutput = try FileHandle(forWritingTo: streams[0])
      process.standardError = try FileHandle(forWritingTo: streams[1])
      try start(scratch, process)
      process.waitUntilExit()
      return Run(
        status: process.terminationReason == .exit
          ? process.terminationStatus : 128 + process.terminationStatus,
        output: String(decoding: try Data(contentsOf: streams[0]), as: UTF8.self),
        errors: String(decoding: try Data(contentsOf: streams[1]), as: UTF8.self))
    }
  }

  /// The same with the arguments in one text, separated by spaces.
  static func run(_ arguments: String, input: [UInt8] = []) throws -> Run {
    try run(arguments.split(separator: " ").map(String.init), input: input)
  }
}

/// Folders that last as long as one test.
enum Scratch {
  static func with<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "flowverdict-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}

extension Thread {
  /// Reads a file to its end on a thread of its own.
  ///
  /// - Returns: waits for the end, and gives what was read.
  fileprivate static func detachedReader(_ file: FileHandle) -> () -> Data {
    let box = ReadBytes()
    detachNewThread {
      box.bytes = (try? file.readToEnd()) ?? Data()
      box.end.signal()
    }
    return {
      box.end.wait()
      return box.bytes
    }
  }

  private final class ReadBytes: @unchecked Sendable {
    // Written by the thread, and read after its end.
    var bytes = Data()
    let end = DispatchSemaphore(value: 0)
  }
}
