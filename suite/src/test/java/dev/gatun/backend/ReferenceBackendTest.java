package dev.gatun.backend;

/** The contract, on the oracle itself: shows that the contract can be met. */
class ReferenceBackendTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return ReferenceBackend.open();
  }
}
