import CFuzzer
import Glibc

// What libFuzzer calls. The target is chosen by `--target=NAME`; flags with two dashes are not libFuzzer's.

/// The target of this process, made at its first input.
private let target: any FuzzTarget = {
  let flag = "--target="
  let name = CommandLine.arguments.last { $0.hasPrefix(flag) }?.dropFirst(flag.count)
  if let target = FuzzTargets.target(named: String(name ?? "")) { return target }
  report("name a target: \(flag)\(FuzzTargets.names)")
  exit(2)
}()

/// The program. SwiftPM makes `main` of the executable out of this name, which it gives to code at the top level.
@c(flowverdict_fuzz_main)
public func run(
  _ argumentCount: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  var argumentCount = argumentCount
  var arguments = unsafe arguments
  // Safe: both outlive the call.
  return unsafe LLVMFuzzerRunDriver(&argumentCount, &arguments, testOneInput)
}

/// With `--seeds=FOLDER` writes the seeds of all targets into folders of their names, and ends.
@c(LLVMFuzzerInitialize)
public func initialize(
  _ argumentCount: UnsafeMutablePointer<CInt>?,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
  let flag = "--seeds="
  guard let folder = CommandLine.arguments.last(where: { $0.hasPrefix(flag) }) else { return 0 }
  do {
    try Seeds.write(to: String(folder.dropFirst(flag.count)))
    exit(0)
  } catch {
    report("\(error)")
    exit(2)
  }
}

@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // Safe: libFuzzer hands over `count` bytes, which are copied.
  let input = unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: count))
  return target.run(input) ? 0 : -1
}

@c(LLVMFuzzerCustomMutator)
public func mutate(
  _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int, _ capacity: Int, _ seed: CUnsignedInt
) -> Int {
  // Safe: libFuzzer hands over room for `capacity` bytes.
  let mutated = unsafe LLVMFuzzerMutate(bytes, count, capacity)
  return unsafe target.repair(
    UnsafeMutableBufferPointer(start: bytes, count: capacity), count: mutated, seed: seed)
}
