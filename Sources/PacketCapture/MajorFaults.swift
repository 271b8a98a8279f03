import CShims

/// Tells whether this thread had to wait for a disk: page faults that memory could not answer.
struct MajorFaults {
  private var count = flowverdict_major_fault_count()

  /// Whether there were any since the last call, or since the beginning.
  mutating func haveOccurred() -> Bool {
    let last = count
    count = flowverdict_major_fault_count()
    return count != last
  }
}
