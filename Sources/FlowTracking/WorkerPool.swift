#if canImport(Glibc)
  import Glibc
#endif

/// Threads that work for background supplies, and the lock that guards what they share.
///
/// A thread asks every supply in turn for work; where there is none, it waits until something changes.
@safe
final class WorkerPool: @unchecked Sendable {
  // All mutable state is only touched under the lock.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var isStopped = false
  private var claims: [() -> (() -> Void)?] = []

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
    unsafe condition.deallocate()
  }

  /// Runs `body` while no other thread does.
  func withLock<Result>(_ body: () -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Waits until something changed. Call under the lock, which is released meanwhile.
  func waitForChange() {
    unsafe pthread_cond_wait(condition, mutex)
  }

  /// Wakes all that wait. Call under the lock.
  func noteChange() {
    unsafe pthread_cond_broadcast(condition)
  }

  /// Adds a source of work: called under the lock, it returns a job to run outside of it, or `nil`.
  func add(_ claim: @escaping () -> (() -> Void)?) {
    withLock {
      claims.append(claim)
      noteChange()
    }
  }

  /// Starts `count` threads; fewer, where the system grants no more.
  ///
  /// They hold on to the pool until ``stop()``, and to what they work for until their jobs are done.
  func start(_ count: Int) {
    for _ in 0..<max(0, count) {
      var thread = pthread_t()
      let pool = unsafe Unmanaged.passRetained(self)
      // Safe: the thread takes over the retain and gives it back at its end.
      let result = unsafe pthread_create(
        &thread, nil,
        { argument in
          guard let argument = unsafe argument else { return nil }
          let pool = unsafe Unmanaged<WorkerPool>.fromOpaque(argument).takeRetainedValue()
          pool.work()
          return nil
        }, pool.toOpaque())
      if result != 0 {
        unsafe pool.release()
        return
      }
      pthread_detach(thread)
    }
  }

  /// Ends the threads once their jobs are done. Does not wait: one may be waiting for a pipe for ever.
  func stop() {
    withLock {
      isStopped = true
      claims = []
      noteChange()
    }
  }

  private func work() {
    unsafe pthread_mutex_lock(mutex)
    while !isStopped {
      var job: (() -> Void)?
      for claim in claims {
        job = claim()
        if job != nil { break }
      }
      guard let job else {
        unsafe pthread_cond_wait(condition, mutex)
        continue
      }
      unsafe pthread_mutex_unlock(mutex)
      job()
      unsafe pthread_mutex_lock(mutex)
    }
    unsafe pthread_mutex_unlock(mutex)
  }
}
