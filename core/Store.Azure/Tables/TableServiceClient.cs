using Azure.Core;
using Azure.Core.Pipeline;

namespace Cloud.Store.Azure.Tables;

sealed class TableClientOptions : ClientOptions;

/// <summary>The table service of one account: a client of our own, as Azure.Data.Tables cannot be had everywhere.</summary>
/// <remarks>
/// Only this folder knows how the service speaks (REST, OData 3 JSON). Names are those of Azure.Data.Tables where the
/// two overlap, so that it can be put in its place behind <see cref="AzureRows"/>.
/// </remarks>
sealed class TableServiceClient(Uri endpoint, HttpPipelinePolicy authentication, TableClientOptions options)
{
    readonly HttpPipeline pipeline = HttpPipelineBuilder.Build(options, authentication);
    readonly string root = endpoint.AbsoluteUri.TrimEnd('/');

    public TableClient GetTableClient(string tableName) => new(pipeline, root, tableName);
}
