import Synchronization

/// Lets another thread, or a signal handler, end the reading of captures, also one that waits for a pipe.
///
/// Thread-safe and lock-free: ``cancel()`` may be called in a signal handler.
public final class CaptureCancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  public var isCancelled: Bool { flag.load(ordering: .relaxed) }

  /// Ends reading soon: captures seem to end where they are.
  public func cancel() { flag.store(true, ordering: .relaxed) }
}
