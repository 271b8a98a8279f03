import Foundation
import Glibc
import SyntheticCluster

/// One run of the program between two pipes.
struct SoakRun {
  private(set) var count: SoakCount
  /// Bytes of the capture, and of its frames alone.
  let byteCount: UInt64
  let frameByteCount: UInt64
  /// Exit code of the program; 128 + the signal that ended it.
  let status: Int32
  /// Most memory that the program ever used.
  let peakByteCount: Int
  let cpuSeconds: Double
  let wallSeconds: Double

  /// - Throws: ``BenchmarkError`` where the program cannot be started.
  init(_ program: String, _ arguments: [String], _ traffic: SoakTraffic) throws {
    signal(SIGPIPE, SIG_IGN)
    let clock = ContinuousClock()
    let start = clock.now
    let input = try Self.makePipe()
    let output = try Self.makePipe()
    let process = try Self.start(program, arguments, input.reading, output.writing)
    close(input.reading)
    close(output.writing)
    // The thread hands over what it wrote by ending.
    let writer = Writer(traffic, descriptor: input.writing)
    writer.start()
    count = SoakCount(traffic)
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      // Safe: `read` writes at most the buffer's count.
      let read = unsafe piece.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(output.reading, buffer.baseAddress, buffer.count)
      }
      if read > 0 { count.take(piece[..<read]) } else if read == 0 || errno != EINTR { break }
    }
    close(output.reading)
    (byteCount, frameByteCount) = writer.wait()
    var usage = rusage()
    var state: Int32 = 0
    // Safe: both pointers are to local values for the length of the call.
    _ = unsafe wait4(process, &state, 0, &usage)
    status = state & 0x7f == 0 ? state >> 8 & 0xff : 128 + state & 0x7f
    peakByteCount = usage.ru_maxrss << 10
    cpuSeconds = [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
    }
    wallSeconds = (clock.now - start) / .seconds(1)
  }

  private static func makePipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    // Safe: `pipe` fills two numbers.
    guard unsafe pipe(&ends) == 0 else { throw BenchmarkError("no pipe can be made") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func start(
    _ program: String, _ arguments: [String], _ input: Int32, _ output: Int32
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    // Safe: initialised before use, and destroyed after the spawn.
    _ = unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map {
      unsafe strdup($0)
    }
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    var process: pid_t = 0
    // Safe: the words end with a null pointer, and live until after the call.
    let result = unsafe posix_spawn(&process, program, &actions, nil, words, environ)
    guard result == 0 else { throw BenchmarkError("\(program) cannot be started") }
    return process
  }

  /// Writes the capture while the flows are read.
  private final class Writer: @unchecked Sendable {
    // `stream` is only touched by the thread, and after its end.
    private var stream: SoakStream
    private let descriptor: Int32
    private let end = DispatchSemaphore(value: 0)

    init(_ traffic: SoakTraffic, descriptor: Int32) {
      stream = SoakStream(traffic)
      self.descriptor = descriptor
    }

    func start() {
      Thread.detachNewThread {
        while let piece = self.stream.makePiece(), self.write(piece) {}
        close(self.descriptor)
        self.end.signal()
      }
    }

    private func write(_ piece: [UInt8]) -> Bool {
      var start = 0
      while start < piece.count {
        // Safe: the pointer is used only inside the closure, for the bytes that are left.
        let count = unsafe piece.withUnsafeBytes { buffer in
          unsafe Glibc.write(descriptor, buffer.baseAddress! + start, buffer.count - start)
        }
        if count > 0 { start += count } else if errno != EINTR { return false }
      }
      return true
    }

    func wait() -> (bytes: UInt64, frameBytes: UInt64) {
      end.wait()
      return (stream.byteCount, stream.frameByteCount)
    }
  }
}
