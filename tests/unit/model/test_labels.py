from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from model.labels import LabelMatrix
from tests.unit.model.drawings import labels_from


def test_weights_follow_the_kind_of_label():
    labels = labels_from(
        (3, 4),
        present=[(0, 0), (0, 1), (0, 3), (1, 2)],
        confirmed=[(0, 1)],
        confirmed_absent=[(1, 0), (1, 2)],
        unsure=[(0, 3), (2, 2)],
        absent_weight=np.array([0.1, 0.2, 0.3, 0.4], np.float32),
    )
    targets, weights = labels.rows(np.array([0, 1, 2]))
    assert targets.dtype == weights.dtype == np.float32
    assert targets.tolist() == [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    expected = [[1, 1, 0.3, 0], [1, 0.2, 1, 0.4], [0.1, 0.2, 0, 0.4]]
    np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_images_that_weigh_less_do_so_in_rows_columns_and_parts():
    labels = labels_from((3, 2), present=[(0, 0), (1, 1)], confirmed=[(2, 0)])
    weighed = labels.weighed(np.array([1.0, 0.25, 0.5], np.float32))
    expected = np.array([[1, 1], [0.25, 0.25], [1, 0.5]], np.float32)
    np.testing.assert_array_equal(weighed.rows(np.arange(3))[1], expected)
    np.testing.assert_array_equal(weighed.columns(np.array([1]))[1], expected[:, 1:])
    taken = weighed.take(np.array([2, 1]))
    np.testing.assert_array_equal(taken.rows(np.arange(2))[1], expected[[2, 1]])
    assert weighed.rows(np.arange(3))[1].dtype == np.float32
    with pytest.raises(ValueError, match="weights for 3 images"):
        labels.weighed(np.ones(2, np.float32))
    with pytest.raises(ValueError, match="0 to 1"):
        labels.weighed(np.array([1, 2, 0], np.float32))


def test_a_decision_wins_over_the_metadata_and_a_later_kind_over_an_earlier():
    labels = labels_from(
        (1, 1), present=[(0, 0), (0, 0)], confirmed=[(0, 0)], confirmed_absent=[(0, 0)]
    )
    assert labels.present.nnz == 0
    assert labels.confirmed_absent.toarray().tolist() == [[True]]


def test_columns_and_rows_agree():
    chance = np.random.default_rng(0)
    codes = sp.random(40, 13, 0.2, format="csr", random_state=1)
    codes.data = chance.integers(1, 5, codes.nnz).astype(np.uint8)
    labels = LabelMatrix(
        codes.astype(np.uint8),
        chance.random(13).astype(np.float32),
    )
    by_rows = labels.rows(np.arange(40))
    by_columns = labels.columns(np.arange(13))
    for left, right in zip(by_rows, by_columns, strict=True):
        np.testing.assert_array_equal(left, right)
    np.testing.assert_array_equal(labels.counts(), by_rows[0].sum(axis=0))


def test_the_order_of_the_images_asked_for_is_kept():
    labels = labels_from((5, 2), present=[(4, 0), (2, 1)])
    targets, _ = labels.rows(np.array([4, 0, 2, 4]))
    assert targets.tolist() == [[1, 0], [0, 0], [0, 1], [1, 0]]
    assert labels.take(np.array([4, 2])).present.toarray().tolist() == [[1, 0], [0, 1]]


def test_scaling_spares_what_a_person_said():
    labels = labels_from((1, 3), present=[(0, 0)], confirmed_absent=[(0, 1)])
    _, weights = labels.scaled(0.25).rows(np.array([0]))
    assert weights.tolist() == [[1.0, 1.0, 0.25]]


def test_half_a_million_images_and_eight_thousand_tags_stay_sparse():
    chance = np.random.default_rng(0)
    images, tags, per_image = 500_000, 8_000, 4
    columns = chance.integers(0, tags, images * per_image)
    rows = np.repeat(np.arange(images), per_image)
    present = sp.coo_matrix((np.ones(len(rows), bool), (rows, columns)), shape=(images, tags))
    labels = LabelMatrix.from_parts(present)
    held = labels.codes.data.nbytes + labels.codes.indices.nbytes + labels.codes.indptr.nbytes
    assert held < 20_000_000
    targets, _ = labels.rows(np.array([images - 1, 7]))
    assert targets.shape == (2, tags)
    assert targets[1].sum() == len(set(columns[7 * per_image : 8 * per_image].tolist()))


def test_pairs_outside_the_matrix_are_an_error():
    with pytest.raises(ValueError, match="index"):
        labels_from((2, 2), present=[(5, 0)])


def test_a_doubtful_absence_is_that_much_of_a_presence() -> None:
    labels = labels_from(
        (2, 4), present=[(0, 0)], confirmed_absent=[(0, 1)], unsure=[(0, 2)], absent_weight=0.5
    )
    doubt = sp.csr_matrix(np.full((2, 4), 0.3, np.float32))
    targets, weights = labels.doubted(doubt).rows(np.array([0, 1]))
    assert targets[0].tolist() == pytest.approx([1, 0, 0, 0.3])
    assert targets[1].tolist() == pytest.approx([0.3] * 4)
    assert np.array_equal(weights, labels.rows(np.array([0, 1]))[1])
    by_columns, _ = labels.doubted(doubt).columns(np.array([3, 0]))
    assert by_columns.T.tolist() == [targets[:, 3].tolist(), targets[:, 0].tolist()]
    swapped, _ = labels.doubted(doubt).take(np.array([1, 0])).rows(np.array([0]))
    assert swapped[0].tolist() == pytest.approx([0.3] * 4)


def test_what_is_measured_against_has_no_doubt() -> None:
    labels = labels_from((2, 2), present=[(0, 0)])
    doubted = labels.doubted(sp.csr_matrix(np.full((2, 2), 0.4, np.float32)))
    assert doubted.certain().rows(np.arange(2))[0].tolist() == [[1, 0], [0, 0]]
    with pytest.raises(ValueError, match="doubt"):
        labels.doubted(sp.csr_matrix((3, 2)))


def test_some_tags_alone_keep_what_is_known_of_them():
    labels = labels_from(
        (3, 4),
        [(0, 0), (1, 2), (2, 3)],
        confirmed_absent=[(2, 2)],
        absent_weight=np.array([0.1, 0.2, 0.3, 0.4], np.float32),
    ).weighed(np.array([1.0, 0.5, 0.25], np.float32))
    doubt = np.zeros((3, 4), np.float32)
    doubt[0, 2] = 0.6
    labels = labels.doubted(sp.csr_matrix(doubt))
    every = np.arange(3)
    chosen = np.array([2, 0])
    for part, whole in zip(labels.of_tags(chosen).rows(every), labels.rows(every), strict=True):
        np.testing.assert_array_equal(part, whole[:, chosen])
