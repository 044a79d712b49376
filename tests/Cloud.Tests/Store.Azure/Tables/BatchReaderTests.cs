using System.Text;
using Cloud.Store.Azure.Tables;

namespace Cloud.Tests.Store.Azure.Tables;

public sealed class BatchReaderTests
{
    const string Type = "multipart/mixed; boundary=batchresponse_1";

    /// <summary>As Azure answers: a deletion and an insertion that were done.</summary>
    const string Done = """
        --batchresponse_1
        Content-Type: multipart/mixed; boundary=changesetresponse_2

        --changesetresponse_2
        Content-Type: application/http
        Content-Transfer-Encoding: binary

        HTTP/1.1 204 No Content
        X-Content-Type-Options: nosniff
        Cache-Control: no-cache
        DataServiceVersion: 1.0;


        --changesetresponse_2
        Content-Type: application/http
        Content-Transfer-Encoding: binary

        HTTP/1.1 204 No Content
        Preference-Applied: return-no-content
        ETag: W/"datetime'2024-03-05T06%3A07%3A08.1234567Z'"


        --changesetresponse_2--
        --batchresponse_1--

        """;

    /// <summary>As Azure answers: the third change was refused.</summary>
    const string Refused = """
        --batchresponse_1
        Content-Type: multipart/mixed; boundary=changesetresponse_2

        --changesetresponse_2
        Content-Type: application/http
        Content-Transfer-Encoding: binary

        HTTP/1.1 409 Conflict
        Content-Type: application/json;odata=minimalmetadata;streaming=true;charset=utf-8

        {"odata.error":{"code":"EntityAlreadyExists","message":{"lang":"en-US","value":"2:The specified entity already exists.\nRequestId:1\nTime:2024-03-05T06:07:08.1234567Z"}}}
        --changesetresponse_2--
        --batchresponse_1--

        """;

    static byte[] Bytes(string text, bool crlf = true) =>
        Encoding.UTF8.GetBytes(crlf ? text.ReplaceLineEndings("\r\n") : text.ReplaceLineEndings("\n"));

    static IReadOnlyList<BatchPart> Read(string text, bool crlf = true) => BatchReader.Read(Bytes(text, crlf), Type);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_operation_has_its_answer_and_etag(bool crlf)
    {
        var parts = Read(Done, crlf);
        Assert.Equal([204, 204], parts.Select(part => part.Status));
        Assert.Equal([null, "W/\"datetime'2024-03-05T06%3A07%3A08.1234567Z'\""], parts.Select(part => part.ETag));
    }

    [Fact]
    public void A_refusal_names_its_code_and_the_change()
    {
        var part = Assert.Single(Read(Refused));
        Assert.Equal(409, part.Status);
        var failure = TableTransactionFailedException.Of(part, new StubResponse(202));
        Assert.Equal(
            (409, "EntityAlreadyExists", 2),
            (failure.Status, failure.ErrorCode, failure.FailedTransactionActionIndex)
        );
    }

    [Fact]
    public void A_refusal_outside_a_changeset_is_read_as_well()
    {
        var part = Assert.Single(
            Read(
                """
                preamble
                --batchresponse_1
                Content-Type: application/http

                HTTP/1.1 400 Bad Request

                not json at all
                --batchresponse_1--
                """
            )
        );
        Assert.Equal(
            (400, -1),
            (part.Status, TableTransactionFailedException.Of(part, new StubResponse(202)).FailedTransactionActionIndex)
        );
    }

    [Theory]
    [InlineData("{\"odata.error\":{\"code\":\"X\",\"message\":{\"value\":\"no place\"}}}", -1)]
    [InlineData("{\"odata.error\":{\"code\":\"X\",\"message\":{\"value\":\":\"}}}", -1)]
    [InlineData("{\"odata.error\":{\"code\":\"X\",\"message\":{\"value\":\"-1:x\"}}}", -1)]
    [InlineData("{\"odata.error\":{\"code\":\"X\",\"message\":{\"value\":\"99:x\"}}}", 99)]
    [InlineData("{\"value\":7}", -1)]
    [InlineData("{", -1)]
    [InlineData("", -1)]
    public void The_place_of_a_refusal_is_read_or_unknown(string body, int place) =>
        Assert.Equal(
            place,
            TableTransactionFailedException
                .Of(new(409, null, Bytes(body)), new StubResponse(202))
                .FailedTransactionActionIndex
        );

    [Fact]
    public void A_quoted_boundary_and_trailing_blanks_are_taken() =>
        Assert.Equal(
            2,
            BatchReader
                .Read(
                    Bytes(Done.Replace("--batchresponse_1\n", "--batchresponse_1 \t\n", StringComparison.Ordinal)),
                    "multipart/mixed; charset=utf-8; boundary=\"batchresponse_1\"; x=y"
                )
                .Count
        );

    /// <summary>Whatever is missing at the end, it is never read as an answer.</summary>
    [Theory]
    [InlineData(Done)]
    [InlineData(Refused)]
    public void An_answer_cut_anywhere_is_an_error(string text)
    {
        var whole = Bytes(text);
        var end = whole.AsSpan().LastIndexOf("--\r\n"u8) + 2;
        for (var length = 0; length < end; length++)
            Assert.Throws<InvalidDataException>(() => BatchReader.Read(whole.AsMemory(0, length), Type));
        BatchReader.Read(whole.AsMemory(0, end), Type);
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content", "HTTP/1.1 2o4 No Content")]
    [InlineData("HTTP/1.1 204 No Content", "HTTP/1.1 99 No Content")]
    [InlineData("HTTP/1.1 204 No Content", "HTTP/1.1")]
    [InlineData("HTTP/1.1 204 No Content", "")]
    [InlineData("Cache-Control: no-cache", "Cache-Control no-cache")]
    [InlineData("Content-Type: multipart/mixed; boundary=changesetresponse_2", "Content-Type: multipart/mixed")]
    [InlineData("Content-Type: application/http", "Content-Type: multipart/mixed; boundary=deep")]
    public void Another_framing_is_an_error(string old, string other) =>
        Assert.Throws<InvalidDataException>(() => Read(Done.Replace(old, other, StringComparison.Ordinal)));

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("multipart/mixed; boundary=")]
    [InlineData("multipart/mixed; boundary=another")]
    public void Another_type_is_an_error(string? type) =>
        Assert.Throws<InvalidDataException>(() => BatchReader.Read(Bytes(Done), type));
}
