import Glibc
import PacketCapture
import Synchronization

/// Notes SIGINT and SIGTERM, so that a run can stop and print what it has; a second signal ends the process at once.
enum Interruption {
  private static let count = Atomic<Int>(0)

  /// Ends the reading of captures, also where a thread waits for a pipe.
  static let cancellation = CaptureCancellation()

  /// Whether the user asked to stop.
  static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

  /// Takes the two signals over.
  ///
  /// System calls are not restarted: a thread that waits then looks whether it is to go on.
  static func noteSignals() {
    // The handler must not be the first to use them: initialising is not allowed there.
    _ = count.load(ordering: .relaxed)
    _ = cancellation.isCancelled
    var action = sigaction()
    // Safe: the union's member is the one that `sa_flags` 0 asks for.
    unsafe action.__sigaction_handler.sa_handler = { _ in
      if Interruption.count.add(1, ordering: .relaxed).newValue > 1 { _exit(Exit.interrupted) }
      Interruption.cancellation.cancel()
    }
    // Safe: both pointers are valid for the time of the calls.
    unsafe sigaction(SIGINT, &action, nil)
    unsafe sigaction(SIGTERM, &action, nil)
    // Whoever started this process may have blocked them, and children inherit that.
    var signals = sigset_t()
    // Safe: as above.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
