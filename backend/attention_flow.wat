;; The most that fits through layers of pipes to one key, by Dinic's algorithm (1970).
;;
;; Node (layer l, token i) has the number l * tokens + i; the pipe from it to (l - 1, j) has the
;; number node * tokens + j. Pipes of layer 0 lead to the input, of which only the key counts: a
;; node of layer 0 has one pipe, in $last. All are 32-bit whole numbers, four bytes each.
(module
  (memory (export "memory") 1)
  (global $tokens (mut i32) (i32.const 0))
  (global $top (mut i32) (i32.const 0))     ;; the layer of the query
  (global $source (mut i32) (i32.const 0))  ;; the query's node

  ;; Where each array begins, in bytes; what the pipes hold begins at 0.
  (global $left (mut i32) (i32.const 0))   ;; a pipe: what still fits through it
  (global $last (mut i32) (i32.const 0))   ;; a token: what still fits from layer 0 to the key
  (global $far (mut i32) (i32.const 0))    ;; a node: steps to the key, 0 if it is out of reach
  (global $next (mut i32) (i32.const 0))   ;; a node: the neighbour to try next, below, then above
  (global $queue (mut i32) (i32.const 0))  ;; nodes whose neighbours are still to be looked at
  (global $found (mut i32) (i32.const 0))  ;; a token: its flow, what is told

  ;; Lays the arrays out for so many layers of tokens: the bytes they take, and where flows are told.
  (func (export "lay_out") (param $layers i32) (param $tokens i32) (result i32 i32)
    (local $nodes i32)
    (local $pipes i32)
    (local.set $nodes (i32.shl (i32.mul (local.get $layers) (local.get $tokens)) (i32.const 2)))
    (local.set $pipes (i32.mul (local.get $nodes) (local.get $tokens)))
    (global.set $tokens (local.get $tokens))
    (global.set $left (local.get $pipes))
    (global.set $far (i32.add (global.get $left) (local.get $pipes)))
    (global.set $next (i32.add (global.get $far) (local.get $nodes)))
    (global.set $queue (i32.add (global.get $next) (local.get $nodes)))
    (global.set $last (i32.add (global.get $queue) (local.get $nodes)))
    (global.set $found (i32.add (global.get $last) (i32.shl (local.get $tokens) (i32.const 2))))
    (i32.add (global.get $found) (i32.shl (local.get $tokens) (i32.const 2)))
    (global.get $found))

  ;; Finds the flow to the key from each token after the layer.
  (func (export "flows_to") (param $key i32) (param $layer i32)
    (local $query i32)
    (global.set $top (local.get $layer))
    (loop $queries
      (i32.store
        (i32.add (global.get $found) (i32.shl (local.get $query) (i32.const 2)))
        (call $flow (local.get $query) (local.get $key)))
      (local.set $query (i32.add (local.get $query) (i32.const 1)))
      (br_if $queries (i32.lt_u (local.get $query) (global.get $tokens)))))

  (func $flow (param $query i32) (param $key i32) (result i32)
    (local $token i32)
    (local $flow i32)
    (local $row i32)  ;; bytes that the pipes of one node take
    (local.set $row (i32.shl (global.get $tokens) (i32.const 2)))
    (global.set $source
      (i32.add (i32.mul (global.get $top) (global.get $tokens)) (local.get $query)))
    (memory.copy (global.get $left) (i32.const 0)
      (i32.mul (local.get $row)
        (i32.mul (i32.add (global.get $top) (i32.const 1)) (global.get $tokens))))
    (loop $tokens
      (i32.store
        (i32.add (global.get $last) (i32.shl (local.get $token) (i32.const 2)))
        (i32.load
          (i32.add (i32.mul (local.get $token) (local.get $row))
            (i32.shl (local.get $key) (i32.const 2)))))
      (local.set $token (i32.add (local.get $token) (i32.const 1)))
      (br_if $tokens (i32.lt_u (local.get $token) (global.get $tokens))))
    (loop $rounds
      (if (call $reach)
        (then
          (local.set $flow
            (i32.add (local.get $flow)
              (call $push (global.get $source) (i32.const 0x7fffffff))))
          (br $rounds))))
    (local.get $flow))

  ;; Counts each node's steps to the key, until the query is reached: whether it is.
  (func $reach (result i32)
    (local $node i32)
    (local $head i32)
    (local $tail i32)
    (local $far i32)
    (local $other i32)
    (local $end i32)
    (local $place i32)  ;; where it says how far the other is
    (local $pipe i32)   ;; in bytes
    (local $row i32)
    (local.set $row (i32.shl (global.get $tokens) (i32.const 2)))
    (local.set $head (global.get $queue))
    (local.set $tail (global.get $queue))
    (memory.fill (global.get $far) (i32.const 0)
      (i32.shl (i32.sub (global.get $queue) (global.get $next)) (i32.const 1)))
    (loop $tokens  ;; one step from the key
      (if (i32.load (i32.add (global.get $last) (i32.shl (local.get $node) (i32.const 2))))
        (then
          (i32.store
            (i32.add (global.get $far) (i32.shl (local.get $node) (i32.const 2)))
            (i32.const 1))
          (i32.store (local.get $tail) (local.get $node))
          (local.set $tail (i32.add (local.get $tail) (i32.const 4)))))
      (local.set $node (i32.add (local.get $node) (i32.const 1)))
      (br_if $tokens (i32.lt_u (local.get $node) (global.get $tokens))))
    (block $done
      (loop $nodes
        (br_if $done (i32.eq (local.get $head) (local.get $tail)))
        (local.set $node (i32.load (local.get $head)))
        (local.set $head (i32.add (local.get $head) (i32.const 4)))
        (local.set $far
          (i32.add (i32.const 1)
            (i32.load (i32.add (global.get $far) (i32.shl (local.get $node) (i32.const 2))))))
        ;; Nodes above, from whose pipe to this node something is left; of the top, the query's.
        (local.set $other
          (i32.mul (global.get $tokens)
            (i32.add (i32.const 1) (i32.div_u (local.get $node) (global.get $tokens)))))
        (local.set $end (i32.add (local.get $other) (global.get $tokens)))
        (if (i32.gt_u (local.get $end) (global.get $source))
          (then
            (local.set $other (global.get $source))
            (local.set $end (i32.add (global.get $source) (i32.const 1)))))
        (local.set $pipe
          (i32.add (global.get $left)
            (i32.add (i32.mul (local.get $other) (local.get $row))
              (i32.shl (i32.rem_u (local.get $node) (global.get $tokens)) (i32.const 2)))))
        (local.set $place
          (i32.add (global.get $far) (i32.shl (local.get $other) (i32.const 2))))
        (loop $above
          (if (i32.eqz (i32.load (local.get $place)))
            (then
              (if (i32.load (local.get $pipe))
                (then
                  (i32.store (local.get $place) (local.get $far))
                  (i32.store (local.get $tail) (local.get $other))
                  (local.set $tail (i32.add (local.get $tail) (i32.const 4)))))))
          (local.set $place (i32.add (local.get $place) (i32.const 4)))
          (local.set $pipe (i32.add (local.get $pipe) (local.get $row)))
          (local.set $other (i32.add (local.get $other) (i32.const 1)))
          (br_if $above (i32.lt_u (local.get $other) (local.get $end))))
        (br_if $done
          (i32.load (i32.add (global.get $far) (i32.shl (global.get $source) (i32.const 2)))))
        (br_if $nodes (i32.lt_u (local.get $node) (global.get $tokens)))
        ;; Nodes below, to which something flows from this node: it may be called back.
        (local.set $end
          (i32.mul (global.get $tokens) (i32.div_u (local.get $node) (global.get $tokens))))
        (local.set $other (i32.sub (local.get $end) (global.get $tokens)))
        (local.set $pipe (i32.mul (local.get $node) (local.get $row)))
        (local.set $place
          (i32.add (global.get $far) (i32.shl (local.get $other) (i32.const 2))))
        (loop $below
          (if (i32.eqz (i32.load (local.get $place)))
            (then
              (if (i32.gt_u (i32.load (local.get $pipe))
                    (i32.load (i32.add (local.get $pipe) (global.get $left))))
                (then
                  (i32.store (local.get $place) (local.get $far))
                  (i32.store (local.get $tail) (local.get $other))
                  (local.set $tail (i32.add (local.get $tail) (i32.const 4)))))))
          (local.set $place (i32.add (local.get $place) (i32.const 4)))
          (local.set $pipe (i32.add (local.get $pipe) (i32.const 4)))
          (local.set $other (i32.add (local.get $other) (i32.const 1)))
          (br_if $below (i32.lt_u (local.get $other) (local.get $end))))
        (br $nodes)))
    (i32.load (i32.add (global.get $far) (i32.shl (global.get $source) (i32.const 2)))))

  ;; Sends up to $most from the node by ways that lead one step nearer to the key each time: what
  ;; got through. Neighbours that are exhausted are not tried again in this round.
  (func $push (param $node i32) (param $most i32) (result i32)
    (local $rest i32)
    (local $near i32)   ;; how far the neighbours are that lead on
    (local $token i32)
    (local $turn i32)   ;; of the neighbours: tokens below, then tokens above
    (local $other i32)
    (local $below i32)  ;; whether the neighbour is below
    (local $pipe i32)   ;; in bytes
    (local $left i32)   ;; where it says what still fits through the pipe
    (local $fits i32)
    (local $place i32)
    (local.set $near
      (i32.sub (i32.load (i32.add (global.get $far) (i32.shl (local.get $node) (i32.const 2))))
        (i32.const 1)))
    (if (i32.eqz (local.get $near))
      (then  ;; a node of layer 0, with its pipe to the key
        (local.set $place (i32.add (global.get $last) (i32.shl (local.get $node) (i32.const 2))))
        (local.set $fits (call $least (local.get $most) (i32.load (local.get $place))))
        (i32.store (local.get $place)
          (i32.sub (i32.load (local.get $place)) (local.get $fits)))
        (return (local.get $fits))))
    (local.set $rest (local.get $most))
    (local.set $place (i32.add (global.get $next) (i32.shl (local.get $node) (i32.const 2))))
    (local.set $turn (i32.load (local.get $place)))
    (local.set $token (i32.rem_u (local.get $node) (global.get $tokens)))
    (if (i32.lt_u (local.get $node) (global.get $tokens))  ;; below layer 0 is the key alone
      (then
        (if (i32.eqz (local.get $turn)) (then (local.set $turn (global.get $tokens))))))
    (block $done
      (loop $turns
        (br_if $done (i32.ge_u (local.get $turn) (i32.shl (global.get $tokens) (i32.const 1))))
        (local.set $below (i32.lt_u (local.get $turn) (global.get $tokens)))
        (local.set $other
          (i32.sub
            (i32.add (i32.sub (local.get $node) (local.get $token)) (local.get $turn))
            (select (global.get $tokens) (i32.const 0) (local.get $below))))
        (br_if $done (i32.gt_u (local.get $other) (global.get $source)))
        (if (i32.eq (local.get $near)
              (i32.load (i32.add (global.get $far) (i32.shl (local.get $other) (i32.const 2)))))
          (then
            (local.set $pipe
              (i32.shl
                (if (result i32) (local.get $below)
                  (then
                    (i32.add (i32.mul (local.get $node) (global.get $tokens)) (local.get $turn)))
                  (else
                    (i32.add (i32.mul (local.get $other) (global.get $tokens))
                      (local.get $token))))
                (i32.const 2)))
            (local.set $left (i32.add (global.get $left) (local.get $pipe)))
            (local.set $fits (i32.load (local.get $left)))
            (if (i32.eqz (local.get $below))
              (then  ;; what came from above may be called back
                (local.set $fits (i32.sub (i32.load (local.get $pipe)) (local.get $fits)))))
            (if (local.get $fits)
              (then
                (local.set $fits
                  (call $push (local.get $other)
                    (call $least (local.get $rest) (local.get $fits))))
                (local.set $rest (i32.sub (local.get $rest) (local.get $fits)))
                (i32.store (local.get $left)
                  (i32.add (i32.load (local.get $left))
                    (select (i32.sub (i32.const 0) (local.get $fits)) (local.get $fits)
                      (local.get $below))))
                (br_if $done (i32.eqz (local.get $rest)))))))
        (local.set $turn (i32.add (local.get $turn) (i32.const 1)))
        (br $turns)))
    (i32.store (local.get $place) (local.get $turn))
    (i32.sub (local.get $most) (local.get $rest)))

  (func $least (param $one i32) (param $other i32) (result i32)
    (select (local.get $one) (local.get $other)
      (i32.lt_u (local.get $one) (local.get $other)))))
