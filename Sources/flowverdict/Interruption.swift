import Glibc
import Synchronization

/// Notes SIGINT and SIGTERM, so that a run can stop and print what it has; a second signal ends the process at once.
enum Interruption {
  private static let count = Atomic<Int>(0)

  /// Whether the user asked to stop.
  static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

  /// Takes the two signals over.
  ///
  /// A run may be waiting for a pipe when the signal comes. So the handler puts an empty file in the place of standard
  /// input, and system calls are not restarted: the wait ends, and the next read finds the end of the input.
  static func noteSignals() {
    // The handler must not be the first to use it: initialising is not allowed there.
    _ = count.load(ordering: .relaxed)
    var action = sigaction()
    // Safe: the union's member is the one that `sa_flags` 0 asks for.
    unsafe action.__sigaction_handler.sa_handler = { _ in
      if Interruption.count.add(1, ordering: .relaxed).newValue > 1 { _exit(Exit.interrupted) }
      let savedError = errno
      // Safe: the string is static; open, dup2 and close are allowed in a signal handler (POSIX, 2.4.3).
      let empty = unsafe open("/dev/null", O_RDONLY)
      if empty >= 0 {
        _ = dup2(empty, STDIN_FILENO)
        _ = close(empty)
      }
      errno = savedError
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
