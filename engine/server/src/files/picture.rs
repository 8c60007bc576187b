//! Pictures: how large they are, and small ones of them. Whoever sends a picture may mean harm, so nothing is unpacked
//! before it is known how large it gets.

use std::{
    io::{self, BufRead, Cursor, Seek},
    path::Path,
};

use image::{
    DynamicImage, ImageDecoder as _, ImageEncoder as _, ImageError, ImageFormat, ImageReader, Limits,
    codecs::jpeg::JpegEncoder, metadata::Orientation,
};

/// A picture may be so wide or high.
const LONGEST: u32 = 20_000;
/// And have so many points.
const MOST_POINTS: i64 = 64_000_000;
/// Unpacking may take so much memory.
const MOST_MEMORY: u64 = 256 << 20;
/// Of pictures without gaps, small ones are JPEGs of this quality.
const QUALITY: u8 = 82;

fn format(media_type: &str) -> Option<ImageFormat> {
    match media_type {
        "image/png" => Some(ImageFormat::Png),
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/webp" => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// How wide and high a picture is, as its first bytes say; none if it cannot be read.
pub(super) fn pixels(path: &Path, head: &[u8], media_type: &str) -> io::Result<Option<(i64, i64)>> {
    if media_type == "image/gif" {
        let side = |at: usize| Some(i64::from(u16::from_le_bytes([*head.get(at)?, *head.get(at + 1)?])));
        return Ok(side(6).zip(side(8)));
    }
    let Some(format) = format(media_type) else { return Ok(None) };
    let file = io::BufReader::new(std::fs::File::open(path)?);
    let found = bounded(file, format).and_then(|reader| {
        let mut decoder = reader.into_decoder()?;
        let (width, height) = decoder.dimensions();
        // A camera that was held upright tells so beside the picture.
        let turned = matches!(
            decoder.orientation().unwrap_or(Orientation::NoTransforms),
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
        );
        Ok(if turned { (height, width) } else { (width, height) })
    });
    Ok(found.ok().map(|(width, height)| (i64::from(width), i64::from(height))))
}

/// Whether a small picture can be made of one of this type and size.
pub(crate) fn can_be_small(media_type: &str, pixels: Option<(i64, i64)>) -> bool {
    format(media_type).is_some() && pixels.is_some_and(|(width, height)| width.saturating_mul(height) <= MOST_POINTS)
}

/// A picture that fits into a square of this side, upright, as PNG if it has gaps, else as JPEG.
pub(super) fn small(bytes: &[u8], media_type: &str, side: u32) -> Result<Vec<u8>, ImageError> {
    let unknown = || ImageError::IoError(io::Error::from(io::ErrorKind::InvalidInput));
    let reader = bounded(Cursor::new(bytes), format(media_type).ok_or_else(unknown)?)?;
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if !can_be_small(media_type, Some((width.into(), height.into()))) {
        return Err(unknown());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let whole = DynamicImage::from_decoder(decoder)?;
    let mut small = if width.max(height) > side { whole.thumbnail(side, side) } else { whole };
    small.apply_orientation(orientation);
    let mut out = Vec::new();
    if small.color().has_alpha() {
        small.into_rgba8().write_to(&mut Cursor::new(&mut out), ImageFormat::Png)?;
    } else {
        let small = small.into_rgb8();
        let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
        encoder.write_image(small.as_raw(), small.width(), small.height(), image::ExtendedColorType::Rgb8)?;
    }
    Ok(out)
}

fn bounded<R: BufRead + Seek>(from: R, format: ImageFormat) -> Result<ImageReader<R>, ImageError> {
    let mut reader = ImageReader::with_format(from, format);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LONGEST), Some(LONGEST));
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    Ok(reader)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn size(bytes: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory(bytes).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn small_pictures_keep_their_shape_and_their_gaps() {
        let photo = DynamicImage::from(RgbImage::from_pixel(400, 200, Rgb([200, 30, 30])));
        for (format, media_type) in
            [(ImageFormat::Png, "image/png"), (ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::WebP, "image/webp")]
        {
            let small = small(&encoded(&photo, format), media_type, 100).unwrap();
            assert!(small.starts_with(b"\xff\xd8"), "{media_type} becomes a JPEG");
            assert_eq!(size(&small), (100, 50));
        }
        let logo = DynamicImage::from(RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 0])));
        let same = small(&encoded(&logo, ImageFormat::Png), "image/png", 100).unwrap();
        assert!(same.starts_with(b"\x89PNG"));
        assert_eq!(size(&same), (40, 40), "nothing is blown up");
    }

    #[test]
    fn what_claims_to_be_huge_or_is_broken_is_not_unpacked() {
        let picture = DynamicImage::from(RgbImage::from_pixel(4, 4, Rgb([1, 2, 3])));
        let mut bomb = encoded(&picture, ImageFormat::Png);
        // The header's width and height; its check sum would be wrong, which no decoder need notice first.
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(small(&bomb, "image/png", 100).is_err());
        assert!(small(b"\xff\xd8\xff nothing", "image/jpeg", 100).is_err());
        assert!(small(b"<svg/>", "image/svg+xml", 100).is_err());
        assert!(!can_be_small("image/jpeg", Some((20_000, 20_000))));
        assert!(!can_be_small("application/pdf", None));
    }
}
