using Cloud.Mail;

namespace Cloud.Tests.Mail;

/// <summary>Rows that an earlier version wrote are there for as long as the mail is.</summary>
public sealed class IndexVersionTests
{
    /// <summary>As version 1 packed the messages of these names.</summary>
    static readonly Dictionary<string, string> First = new(StringComparer.Ordinal)
    {
        ["alternative-with-attachment"] =
            "AQD0CEBTdW4sIDIyIE5vdiAyMDI2IDA3OjU5OjU4ICswMTAwQj0/dXRmLTg/Qj9SM0xEdk1PZlpRPT0/PSBmcm9tIHVzAS49"
            + "P3V0Zi04P1E/Qmo9QzM9QjZybj89DGJqb3JuHHRoZXJlLmV4YW1wbGUAAAAFFERvZSwgSmFuZQpqYW5lGmhlcmUuZXhhbXBs"
            + "ZQAAClRlYW0AAAAIYW5uGmhlcmUuZXhhbXBsZQAIQm9iCGJvYhpoZXJlLmV4YW1wbGUAAAAAAAEKQ2FybApjYXJsGmhlcmUu"
            + "ZXhhbXBsZQAAKDx6ZXJvQGhlcmUuZXhhbXBsZT4oPG9uZUB0aGVyZS5leGFtcGxlPgIkcm9vdEBoZXJlLmV4YW1wbGUkemVy"
            + "b0BoZXJlLmV4YW1wbGURAIsE6QQeBwsAATkMb3V0ZXICEZ4EP7QBCwcJAAE5GG91dGVyLWlubmVyAgVORQUAAQMAAR8hAAAC"
            + "BmRlBmVuAakBKg0BAQUAAR8hD5wGtQIMABNRNwE7EGEgYi5wZGYoPHBkZkB0aGVyZS5leGFtcGxlPhRUaGUgcmF0ZXMyUTJo"
            + "bFkyc2dTVzUwWldkeWFYUjVJUT09FHJhdGVzLnBkZgA/AW06dXRmLTgnJyVlMiU4MiVhYyUyMHJhdGVzLnBkZg==",
        ["forwarded-message"] =
            "AQDmAgAAAQAIYW5uGmhlcmUuZXhhbXBsZQAAAAAAAAAAABEARaECFAcLAAE5BGYDAEoCCgABAwAgXSCCAQcVFwAADmluc2lk"
            + "ZQEiSW5uZXIgIlEiIFNlbmRlcgxpbm5lchx0aGVyZS5leGFtcGxlAAAAAAAAAAARIHASAwcLAAE5BGcBAHUCBAABAwAAhgJD"
            + "FAAVFzc=",
        ["octets"] = "AQBGAA5hYv8g5HgBCkr2cmcEahpoZXJlLmV4YW1wbGUAAAAAAAAAAAAAADwKAwEDAA==",
    };

    /// <summary>As version 2 packed them.</summary>
    static readonly Dictionary<string, string> Second = new(StringComparer.Ordinal)
    {
        ["alternative-with-attachment"] =
            "AgD0CEBTdW4sIDIyIE5vdiAyMDI2IDA3OjU5OjU4ICswMTAwQj0/dXRmLTg/Qj9SM0xEdk1PZlpRPT0/PSBmcm9tIHVzAS49"
            + "P3V0Zi04P1E/Qmo9QzM9QjZybj89DGJqb3JuHHRoZXJlLmV4YW1wbGUAAAAFFERvZSwgSmFuZQpqYW5lGmhlcmUuZXhhbXBs"
            + "ZQAAClRlYW0AAAAIYW5uGmhlcmUuZXhhbXBsZQAIQm9iCGJvYhpoZXJlLmV4YW1wbGUAAAAAAAEKQ2FybApjYXJsGmhlcmUu"
            + "ZXhhbXBsZQAAKDx6ZXJvQGhlcmUuZXhhbXBsZT4oPG9uZUB0aGVyZS5leGFtcGxlPgIkcm9vdEBoZXJlLmV4YW1wbGUkemVy"
            + "b0BoZXJlLmV4YW1wbGURAIsE6QQeBwsAATkMb3V0ZXICEZ4EP7QBCwcJAAE5GG91dGVyLWlubmVyAgVORQUAAQMAAR8hAAAC"
            + "BmRlBmVuAakBKg0BAQUAAR8hT5wGtQIMAAgTUTcBOxBhIGIucGRmKDxwZGZAdGhlcmUuZXhhbXBsZT4UVGhlIHJhdGVzMlEy"
            + "aGxZMnNnU1c1MFpXZHlhWFI1SVE9PRRyYXRlcy5wZGYAPwFtOnV0Zi04JyclZTIlODIlYWMlMjByYXRlcy5wZGYDAAA=",
        ["forwarded-message"] =
            "AgDmAgAAAQAIYW5uGmhlcmUuZXhhbXBsZQAAAAAAAAAAABEARaECFAcLAAE5BGYDAEoCCgABAwAgXSCCAQcVFwAADmluc2lk"
            + "ZQEiSW5uZXIgIlEiIFNlbmRlcgxpbm5lchx0aGVyZS5leGFtcGxlAAAAAAAAAAARIHASAwcLAAE5BGcBAHUCBAABAwBAhgJD"
            + "FAAPFRc3FlNlZSBiZWxvdy4AAA==",
        ["mailing-list"] =
            "AgCLBAAeW2xpc3RdIGZvb3RlcnMBAARhGmhlcmUuZXhhbXBsZQAAAAEACmxpc3QcbGlzdHMuZXhhbXBsZQAAAAAAABEA6QGi"
            + "AhUHCwABOQRsAhHuATOaAQsHCQABOQR2AgE4NSUDAQMAAkVHSU0AmQEbEgABBQAAwgMcJAEBAwAwQSBwYXJhZ3JhcGggdGhh"
            + "dCBmbG93cy4udGhlLWxpc3QubGlzdHMuZXhhbXBsZR5hdXRvLWdlbmVyYXRlZA==",
    };

    public static TheoryData<string> Names => [.. First.Keys];

    public static TheoryData<string> SecondNames => [.. Second.Keys];

    [Theory]
    [MemberData(nameof(SecondNames))]
    public void Second_version_still_reads_as_it_did(string name)
    {
        var index = MessageIndex.Unpack(Convert.FromBase64String(Second[name]));

        var today = Messages.Scan(Messages.Read(name));
        Assert.Equal(IndexText.Of(today), IndexText.Of(index));
        Assert.Equal(today.SortKeys, index.SortKeys);
        Assert.Equal(today.BaseSubject, index.BaseSubject);
        Assert.Equal(today.Pack(), index.Pack());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void First_version_still_reads_as_it_did(string name)
    {
        var index = MessageIndex.Unpack(Convert.FromBase64String(First[name]));

        var today = Messages.Scan(Messages.Read(name));
        Assert.Equal(Structure(today), Structure(index));
        Assert.True(index.Preview.IsNil);
        Assert.True(index.ListId.IsNil);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void First_version_is_packed_again_as_the_present_one(string name)
    {
        var index = MessageIndex.Unpack(Convert.FromBase64String(First[name]));

        Assert.Equal(IndexText.Of(index), IndexText.Of(MessageIndex.Unpack(index.Pack())));
    }

    [Fact]
    public void Size_that_was_not_counted_is_not_told()
    {
        var index = MessageIndex.Unpack(Convert.FromBase64String(First["alternative-with-attachment"]));

        Assert.Equal(5, index.Part([1, 1])!.DecodedLength); // not encoded
        Assert.Null(index.Part([2])!.DecodedLength);
    }

    [Fact]
    public void Index_in_which_parts_overlap_is_refused()
    {
        var index = Messages.Scan(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n"
        );
        var body = index.Body with { Parts = [index.Body.Parts[1], index.Body.Parts[0]] };

        Assert.Throws<InvalidDataException>(() => MessageIndex.Unpack((index with { Body = body }).Pack()));
    }

    [Fact]
    public void Damaged_index_is_refused_or_names_octets_of_the_message_alone_each_once()
    {
        foreach (var name in Messages.Names)
        {
            var packed = Messages.Scan(Messages.Read(name)).Pack();
            foreach (var damaged in Damage.Mutate(packed, seed: 7, count: 500).Concat(Damage.Cut(packed)))
            {
                try
                {
                    var index = MessageIndex.Unpack(damaged);
                    AssertApart(index.Body, 0, index.Size);
                }
                catch (InvalidDataException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            }
        }
    }

    static void AssertApart(BodyPart part, long start, long end)
    {
        Assert.InRange(part.HeaderStart, start, end);
        Assert.InRange(part.BodyStart, part.HeaderStart, end);
        Assert.InRange(part.BodyEnd, part.BodyStart, end);
        var next = part.BodyStart;
        foreach (var child in part.Parts)
        {
            AssertApart(child, next, part.BodyEnd);
            next = child.BodyEnd;
        }

        if (part.Message is { } message)
            AssertApart(message.Body, part.BodyStart, part.BodyEnd);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Version_that_nobody_wrote_is_refused(byte version)
    {
        var packed = Convert.FromBase64String(First["octets"]);
        packed[0] = version;

        Assert.Throws<InvalidDataException>(() => MessageIndex.Unpack(packed));
    }

    /// <summary>Without what the first version did not hold.</summary>
    static string Structure(MessageIndex index) =>
        System.Text.RegularExpressions.Regex.Replace(
            IndexText.Of(index),
            @"(?m)^(preview|list|auto-submitted) .*\n| decoded \S+",
            ""
        );
}
