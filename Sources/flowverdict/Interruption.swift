import Glibc
import PacketCapture
import Synchronization

/// What SIGINT, SIGTERM and SIGHUP do: end the process, or, once flows come in, make the run stop and print what it has;
/// a second signal ends the process then.
enum Interruption {
  private static let count = Atomic<Int>(0)

  /// Ends the reading of captures, also where a thread waits for a pipe.
  static let cancellation = CaptureCancellation()

  /// Whether the user asked to stop.
  static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

  /// Makes a signal end the process at once, with a line that says so: for work whose result is written at its end.
  static func endAtSignals() {
    take { _ in
      // A literal: nothing is allocated or initialised in a handler.
      let line: StaticString = "flowverdict: interrupted\n"
      // Safe: the literal's bytes are as many as it says.
      _ = unsafe write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
      _exit(Exit.interrupted)
    }
  }

  /// Makes a signal end the reading of captures.
  ///
  /// System calls are not restarted: a thread that waits then looks whether it is to go on.
  static func noteSignals() {
    // The handler must not be the first to use them: initialising is not allowed there.
    _ = count.load(ordering: .relaxed)
    _ = cancellation.isCancelled
    take { _ in
      if Interruption.count.add(1, ordering: .relaxed).newValue > 1 { _exit(Exit.interrupted) }
      Interruption.cancellation.cancel()
    }
  }

  private static func take(_ handler: @convention(c) (Int32) -> Void) {
    var action = sigaction()
    // Safe: the union's member is the one that `sa_flags` 0 asks for.
    unsafe action.__sigaction_handler.sa_handler = handler
    // Safe: all pointers are valid for the time of the calls.
    unsafe sigaction(SIGTERM, &action, nil)
    // nohup and shells ignore these for processes that they start in the background, which are to go on.
    for signal in [SIGINT, SIGHUP] {
      var former = sigaction()
      unsafe sigaction(signal, nil, &former)
      // Safe: handlers are addresses, of which two numbers stand for the default and for ignoring.
      let formerHandler = unsafe unsafeBitCast(former.__sigaction_handler.sa_handler, to: Int.self)
      let ignoring = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
      if formerHandler != ignoring { unsafe sigaction(signal, &action, nil) }
    }
    // Whoever started this process may have blocked them, and children inherit that.
    var signals = sigset_t()
    // Safe: as above.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    unsafe sigaddset(&signals, SIGHUP)
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
