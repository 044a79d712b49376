using System.Text;
using Cloud.Store.Azure.Tables;
using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Azure.Tables;

/// <summary>What goes out: addresses, filters, continuations, batches, signatures.</summary>
public sealed class TableRequestTests
{
    [Theory]
    [InlineData("a", "b", "mail(PartitionKey='a',RowKey='b')")]
    [InlineData("it's", "100%", "mail(PartitionKey='it%27%27s',RowKey='100%25')")]
    [InlineData("a+b&c", "=3D x", "mail(PartitionKey='a%2Bb%26c',RowKey='%3D3D%20x')")]
    [InlineData("", "~!", "mail(PartitionKey='',RowKey='~%21')")]
    public void Keys_are_quoted_and_escaped_in_an_address(string partition, string row, string path) =>
        Assert.Equal(path, TableOperation.Entity("mail", new(partition, row)));

    [Theory]
    [InlineData("", null, "PartitionKey eq 'it''s'")]
    [InlineData("a", null, "PartitionKey eq 'it''s' and RowKey ge 'a'")]
    [InlineData("", "b'", "PartitionKey eq 'it''s' and RowKey lt 'b'''")]
    [InlineData("a", "b", "PartitionKey eq 'it''s' and RowKey ge 'a' and RowKey lt 'b'")]
    [InlineData("a~", "a\u007F", "PartitionKey eq 'it''s' and RowKey ge 'a~' and RowKey lt 'b'")]
    [InlineData("a~~", "a~\u007F", "PartitionKey eq 'it''s' and RowKey ge 'a~~' and RowKey lt 'b'")]
    [InlineData("~", "\u007F", "PartitionKey eq 'it''s' and RowKey ge '~'")]
    public void A_range_becomes_a_filter(string from, string? to, string filter) =>
        Assert.Equal(filter, TableFilter.Of(new("it's", from, to)));

    [Theory]
    [InlineData(
        "1!8!cA--",
        "1!12!MDAw",
        "1%218%21cA--&1%2112%21MDAw",
        "&NextPartitionKey=1%218%21cA--&NextRowKey=1%2112%21MDAw"
    )]
    [InlineData("p", null, "p&", "&NextPartitionKey=p")]
    [InlineData(
        "a&$filter=x",
        "%26",
        "a%26%24filter%3Dx&%2526",
        "&NextPartitionKey=a%26%24filter%3Dx&NextRowKey=%2526"
    )]
    public void A_continuation_goes_out_and_comes_back(string partition, string? row, string text, string query)
    {
        var response = row is null
            ? new StubResponse(200, ("x-ms-continuation-NextPartitionKey", partition))
            : new StubResponse(
                200,
                ("x-ms-continuation-NextPartitionKey", partition),
                ("x-ms-continuation-NextRowKey", row)
            );
        Assert.Equal(text, Continuation.Of(response));
        Assert.Equal(query, Continuation.Query(text));
    }

    [Fact]
    public void The_last_page_has_no_continuation()
    {
        Assert.Null(Continuation.Of(new StubResponse(200)));
        Assert.Equal("", Continuation.Query(null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("&b")]
    [InlineData("a&b&c")]
    public void What_is_no_continuation_is_refused(string text) =>
        Assert.Throws<ArgumentException>(() => Continuation.Query(text));

    [Fact]
    public void The_signature_covers_verb_type_date_and_resource() =>
        Assert.Equal(
            "POST\n\napplication/json\nTue, 05 Mar 2024 06:07:08 GMT\n/ada/ada/mail",
            SharedKeyPolicy.StringToSign(
                "POST",
                "application/json",
                "Tue, 05 Mar 2024 06:07:08 GMT",
                "ada",
                "/ada/mail"
            )
        );

    [Fact]
    public void A_batch_is_written_as_the_service_reads_it()
    {
        var changes = new RowTransaction("p")
            .Insert("a", new() { { "Size", 5_000_000_000L }, { "Text", "ü\n--changeset_cloud--" } })
            .Replace("b'", [], "W/\"1\"")
            .Delete("c")
            .Changes;
        Assert.Equal(
            """
            --batch_cloud
            Content-Type: multipart/mixed; boundary=changeset_cloud

            --changeset_cloud
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            POST https://a.example/mail HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            Prefer: return-no-content
            Content-Type: application/json

            {"PartitionKey":"p","RowKey":"a","Size@odata.type":"Edm.Int64","Size":"5000000000","Text":"ü\n--changeset_cloud--"}
            --changeset_cloud
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            PUT https://a.example/mail(PartitionKey='p',RowKey='b%27%27') HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            Prefer: return-no-content
            If-Match: W/"1"
            Content-Type: application/json

            {"PartitionKey":"p","RowKey":"b'"}
            --changeset_cloud
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            DELETE https://a.example/mail(PartitionKey='p',RowKey='c') HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            Prefer: return-no-content
            If-Match: *

            --changeset_cloud--
            --batch_cloud--

            """.ReplaceLineEndings("\r\n"),
            Encoding.UTF8.GetString(BatchWriter.Write("https://a.example", "mail", changes).Span)
        );
    }

    static RowChange Insert(string partition, string row) => new(RowAction.Insert, new(partition, row), [], null);

    [Fact]
    public void Limits_that_the_emulator_lets_pass_are_checked()
    {
        Assert.Throws<ArgumentException>(() => Write(Insert("a", "1"), Insert("b", "2")));
        Assert.Throws<ArgumentException>(() => Write(Insert("a", "1"), Insert("a", "1")));
        Assert.Throws<ArgumentException>(() => Write());
        Assert.Throws<ArgumentException>(() => Write([.. Enumerable.Range(0, 101).Select(i => Insert("a", $"{i}"))]));
    }

    static ReadOnlyMemory<byte> Write(params RowChange[] changes) =>
        BatchWriter.Write("https://a.example", "mail", changes);
}
