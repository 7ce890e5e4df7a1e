"""The parts of an encoder's layers, by one name in every family of models.

    heads   = softmax(query · key / sqrt(head width)) value, all heads side by side
    after   = attention_norm(states + output(heads))
    written = output_norm(after + feed_forward(after))

Sources: Vaswani et al. 2017, section 3; Devlin et al. 2018.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class EncoderLayer:
    """One layer's parts: modules of the loaded model itself, to be read and never changed.

    query, key, value: linear maps, width to all heads' widths side by side
    output: the linear map that joins the heads, back to width
    attention_norm, output_norm: layer normalisations
    feed_forward: what the layer does to each token by itself, without what is added to it
    """

    query: Any
    key: Any
    value: Any
    output: Any
    attention_norm: Any
    feed_forward: Callable[[Any], Any]
    output_norm: Any


def encoder_layers(module: Any) -> Iterator[EncoderLayer]:
    """The layers in order.

    module: an encoder of the transformers library: BERT, DistilBERT, RoBERTa or ELECTRA
    """
    if module.config.model_type == "distilbert":
        yield from map(_distilbert_layer, module.transformer.layer)
    else:
        yield from map(_bert_layer, module.encoder.layer)


def _distilbert_layer(layer: Any) -> EncoderLayer:
    maps = layer.attention
    return EncoderLayer(
        query=maps.q_lin,
        key=maps.k_lin,
        value=maps.v_lin,
        output=maps.out_lin,
        attention_norm=layer.sa_layer_norm,
        feed_forward=layer.ffn,
        output_norm=layer.output_layer_norm,
    )


def _bert_layer(layer: Any) -> EncoderLayer:
    maps, after = layer.attention.self, layer.attention.output
    return EncoderLayer(
        query=maps.query,
        key=maps.key,
        value=maps.value,
        output=after.dense,
        attention_norm=after.LayerNorm,
        feed_forward=lambda states: layer.output.dense(layer.intermediate(states)),
        output_norm=layer.output.LayerNorm,
    )
