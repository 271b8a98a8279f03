import Dispatch
import Glibc
import Synchronization

/// Notes SIGINT, so that a run can stop and print what it has; a second SIGINT ends the process at once.
final class Interruption {
  /// How often the signal came. Shared with the queue that the handler runs on.
  final class Count: Sendable {
    private let value = Atomic<Int>(0)

    /// - Returns: the new count.
    func increment() -> Int { value.add(1, ordering: .relaxed).newValue }

    var current: Int { value.load(ordering: .relaxed) }
  }

  private let count: Count
  private let source: any DispatchSourceSignal

  init() {
    // Ignored by the process, the signal is seen by the dispatch source all the same.
    _ = signal(SIGINT, SIG_IGN)
    let count = Count()
    self.count = count
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { if count.increment() > 1 { _exit(Exit.interrupted) } }
    source.resume()
  }

  /// Whether the user asked to stop.
  var isRequested: Bool { count.current > 0 }
}
