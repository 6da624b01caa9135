"""Uploads made in code: good ones, damaged ones, and ones that mean harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import cv2
import numpy as np
import pillow_heif
import pypdf
import pypdfium2 as pdfium
from PIL import Image, TiffImagePlugin

from ocr.rasters import Grey

A4_PT = (595.2, 841.68)


def page(shade: int = 30, width: int = 620, height: int = 877) -> Grey:
    """A small page (75 dpi) with some text."""
    paper = np.full((height, width), 245, np.uint8)
    for y in range(60, height - 40, 40):
        cv2.putText(paper, f"answer {y}", (50, y), 0, 0.8, shade, 2)
    return paper


def jpeg(shade: int = 30) -> bytes:
    return bytes(cv2.imencode(".jpg", page(shade), [cv2.IMWRITE_JPEG_QUALITY, 85])[1])


def png(shade: int = 30) -> bytes:
    return bytes(cv2.imencode(".png", page(shade))[1])


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    """The picture in a format that Pillow writes."""
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def turned_jpeg(orientation: int) -> bytes:
    """A JPEG with an EXIF orientation."""
    picture = Image.fromarray(page())
    exif = picture.getexif()
    exif[0x0112] = orientation
    return saved(picture, "JPEG", exif=exif)


def tiff(count: int = 3, mode: str = "L", compression: str = "tiff_lzw") -> bytes:
    frames = [Image.fromarray(page(30 + 20 * n)).convert(mode) for n in range(count)]
    options = {"save_all": True, "append_images": frames[1:], "compression": compression, "dpi": (200, 200)}
    return saved(frames[0], "TIFF", **options)


def heic() -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(page()).convert("RGB")).save(stream, quality=80)
    return stream.getvalue()


def jpeg_pdf(jpegs: list[bytes], size_pt: tuple[float, float] = A4_PT, rotate: int = 0) -> bytes:
    """One full-page JPEG on each page, as scanners write."""
    document = pdfium.PdfDocument.new()
    for content in jpegs:
        sheet = document.new_page(*size_pt)
        image = pdfium.PdfImage.new(document)
        image.load_jpeg(io.BytesIO(content), inline=True, autoclose=True)
        image.set_matrix(pdfium.PdfMatrix().scale(*size_pt))
        sheet.insert_obj(image)
        sheet.gen_content()
        sheet.set_rotation(rotate)
        sheet.close()
    return _pdf_bytes(document)


def drawn_pdf(pages: int = 1, size_pt: tuple[float, float] = A4_PT) -> bytes:
    """Pages without an image."""
    document = pdfium.PdfDocument.new()
    for _ in range(pages):
        document.new_page(*size_pt).close()
    return _pdf_bytes(document)


def _pdf_bytes(document: pdfium.PdfDocument) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    document.close()
    return stream.getvalue()


def locked_pdf() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(*A4_PT)
    writer.encrypt("geheim", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of the given object bodies, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def stream_pdf(stream: bytes, filters: bytes = b"/FlateDecode", media_box: bytes = b"0 0 595 842") -> bytes:
    """One page whose content is the given stream."""
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R >>" % media_box,
        b"<< /Length %d /Filter %s >>\nstream\n%s\nendstream" % (len(stream), filters, stream),
    )


def empty_pdf() -> bytes:
    return raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>")


def huge_image_pdf() -> bytes:
    """A page with an image that says it has 20,000 × 20,000 pixels."""
    picture = zlib.compress(bytes(1000))
    draw = b"q 595 0 0 842 0 0 cm /I Do Q"
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /XObject << /I 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(draw), draw),
        b"<< /Type /XObject /Subtype /Image /Width 20000 /Height 20000 /BitsPerComponent 8 "
        b"/ColorSpace /DeviceGray /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(picture), picture),
    )


def huge_png() -> bytes:
    """20,000 × 20,000 pixels by its header alone: 400 million."""
    header = struct.pack(">IIBBBBB", 20000, 20000, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def huge_jpeg() -> bytes:
    """A JPEG whose frame header says 20,000 × 20,000."""
    content = bytearray(jpeg())
    at = content.find(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", 20000, 20000)
    return bytes(content)


def huge_tiff() -> bytes:
    """A TIFF directory that says 20,000 × 20,000 without having them."""
    entries = ((256, 4, 20000), (257, 4, 20000), (258, 3, 8), (259, 3, 1), (262, 3, 1),
               (273, 4, 8), (277, 3, 1), (278, 4, 20000), (279, 4, 100))  # fmt: skip
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\x00" + struct.pack("<I", 8) + directory + bytes(4) + bytes(100)


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def lying_zip(content: bytes) -> bytes:
    """A ZIP whose one file says that it has ten bytes."""
    made = bytearray(zipped({"a.jpg": content}))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = made.find(magic)
        made[at + offset : at + offset + 4] = struct.pack("<I", 10)
    return bytes(made)


def linked_zip() -> bytes:
    """A ZIP that holds a symbolic link."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("link.jpg")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return stream.getvalue()


def gbk_zip(name: str, content: bytes) -> bytes:
    """A ZIP as Chinese Windows writes it: the name in GBK, unmarked."""
    raw = name.encode("gbk")
    placeholder = "x" * len(raw)
    return zipped({placeholder: content}).replace(placeholder.encode(), raw)


def bombs_pdf(pages: str, levels: int = 7) -> bytes:
    """One page for each letter: ``*`` calls nested forms, anything else is blank.

    Each form calls the next ten times, so that ``levels`` of them draw 10 ** levels lines.
    """
    first_form = 4 + len(pages)
    kids = b" ".join(b"%d 0 R" % (4 + at) for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Length 5 >>\nstream\n/F Do\nendstream",
    ]
    sheet = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %s>>"
    resources = b"/Resources << /XObject << /F %d 0 R >> >> "
    for letter in pages:
        objects.append(sheet % (b"/Contents 3 0 R " + resources % first_form if letter == "*" else b""))
    for level in range(levels):
        last = level == levels - 1
        draw = (b"0 0 m 9 9 l S " if last else b"/F Do ") * 10
        inner = b"" if last else resources % (first_form + level + 1)
        objects.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] %s/Length %d >>\nstream\n%s\nendstream"
            % (inner, len(draw), draw)
        )
    return raw_pdf(*objects)


def nested_forms_pdf(levels: int) -> bytes:
    """One page of about 2 KB that draws 10 ** levels lines."""
    return bombs_pdf("*", levels)


def lzw_of_spaces(count: int) -> bytes:
    """So many spaces under LZW as PDF and TIFF have it; ``count`` is a multiple of 10,000."""
    size = (10_000, count // 10_000)
    content = saved(Image.new("L", size, 32), "TIFF", compression="tiff_lzw", tiffinfo={278: size[1]})
    with TiffImagePlugin.TiffImageFile(io.BytesIO(content)) as written:
        (start,), (length,) = written.tag_v2[273], written.tag_v2[279]
    return content[start : start + length]
