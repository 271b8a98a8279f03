import CPeerInterface
import Foundation
import LookupTable

/// Another program's classifier in a shared library (see PeerInterface.h).
///
/// Libraries are ours, built by Scripts/bench; this type trusts them to keep to the interface.
@safe
final class PeerLibrary {
  private let peer: UnsafePointer<peer>
  let name: String
  /// Ways to use the peer, by number.
  let methods: [(name: String, directionCount: Int)]

  /// - Throws: ``BenchmarkError`` where the library cannot be loaded.
  init(path: String) throws {
    guard let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL),
      let symbol = unsafe dlsym(handle, "flowverdict_peer")
    else { throw BenchmarkError(unsafe String(cString: dlerror())) }
    // Safe if the library was built with PeerInterface.h, which declares the function so.
    let function = unsafe unsafeBitCast(
      symbol, to: (@convention(c) () -> UnsafePointer<peer>?).self)
    guard let peer = unsafe function(),
      unsafe peer.pointee.interface_version == PEER_INTERFACE_VERSION
    else { throw BenchmarkError("\(path) has another version of the interface; build it again") }
    unsafe self.peer = peer
    name = unsafe String(cString: peer.pointee.name)
    methods = unsafe (0..<peer.pointee.method_count).map { index in
      let method = unsafe peer.pointee.methods[index]
      return unsafe (String(cString: method.name), Int(method.direction_count))
    }
  }

  /// - Throws: ``BenchmarkError`` with the peer's reason.
  func build(_ input: PeerInput) throws {
    var error = peer_error()
    let code = unsafe withUnsafePointer(to: input.input) { unsafe peer.pointee.build($0, &error) }
    guard code == 0 else {
      let text = unsafe withUnsafeBytes(of: &error.text) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw BenchmarkError(text)
    }
  }

  var entryCount: Int { unsafe peer.pointee.entry_count() }
  var byteCount: Int { unsafe peer.pointee.byte_count() }

  /// Whether ``run(method:_:into:)`` writes a verdict for each flow; else only ``allowedCount`` is known.
  var hasVerdicts: Bool { unsafe peer.pointee.allowed_count == nil }

  var allowedCount: Int { unsafe peer.pointee.allowed_count.map { $0() } ?? 0 }

  /// Classifies a range of the flows, `repeats` times over.
  /// - Precondition: the range's count is a power of two.
  func run(
    method: Int, _ flows: Range<Int>, repeats: Int = 1, into decisions: inout [TableDecision]
  ) throws {
    precondition(decisions.count >= flows.count)
    let code = unsafe decisions.withUnsafeMutableBytes { bytes in
      // A TableDecision is one byte, with the same bits.
      unsafe peer.pointee.run(
        method, flows.lowerBound, flows.count, repeats,
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    guard code == 0 else {
      throw BenchmarkError(
        "\(name): \(methods[method].name): \(unsafe String(cString: strerror(code)))")
    }
  }

  func close() { unsafe peer.pointee.close() }
}
