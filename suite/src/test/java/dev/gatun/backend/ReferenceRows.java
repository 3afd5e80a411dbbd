package dev.gatun.backend;

import static dev.gatun.backend.Elements.add;
import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.idAt;
import static dev.gatun.backend.Elements.put;

import dev.gatun.tensor.Tensor;

/** Rows of a table, and a bias for every row. */
final class ReferenceRows implements Parts.Embedding, Parts.Bias {
  @Override
  public void embedding(Tensor table, Tensor ids, Tensor out) {
    for (long n = 0; n < ids.size(); n++) {
      for (long j = 0; j < table.cols(); j++) {
        put(out, n, j, at(table, idAt(ids, n), j));
      }
    }
  }

  @Override
  public void embeddingBackward(Tensor dOut, Tensor ids, Tensor dTable) {
    for (long n = 0; n < ids.size(); n++) {
      for (long j = 0; j < dTable.cols(); j++) {
        add(dTable, idAt(ids, n) * dTable.cols() + j, at(dOut, n, j));
      }
    }
  }

  @Override
  public void addBias(Tensor bias, Tensor x) {
    for (long i = 0; i < x.size(); i++) {
      add(x, i, at(bias, i % x.cols()));
    }
  }

  @Override
  public void addBiasBackward(Tensor dOut, Tensor dBias) {
    for (long i = 0; i < dOut.size(); i++) {
      add(dBias, i % dOut.cols(), at(dOut, i));
    }
  }
}
